import type { RunSource } from './source.ts';

/**
 * Where to find what this page cannot show, in a sentence.
 * @param what the subject with its verb: "Snapshots are"
 */
export function outOfReach(what: string, { isSaved }: RunSource): string {
  return isSaved
    ? `${what} not in a saved report: leakwatch open shows them where the run was recorded.`
    : `${what} shown where the page was opened by the address that leakwatch printed.`;
}
