import type { Report } from '../../analyzer/report.ts';

/** What a report's leaks leave per iteration; nothing when nobody knows how many those were. */
export function perIteration(
  report: Report,
  iterations: number | undefined,
): { readonly bytesPerIteration?: number; readonly objectsPerIteration?: number } {
  if (!iterations) return {};
  const total = (of: 'bytes' | 'objects') =>
    report.findings.reduce((sum, { growth }) => sum + growth[of][growth[of].length - 1] - growth[of][0], 0);
  return {
    bytesPerIteration: total('bytes') / iterations,
    objectsPerIteration: total('objects') / iterations,
  };
}
