/** A process of its own for judging snapshots: what it needs in memory and time is not the server's. Ends with its parent. */
import { analyzeRun, analyzeSnapshots } from '../../analyzer/index.ts';
import type { Report } from '../../analyzer/report.ts';

/** What the server sends, once: a run folder, or snapshot files. */
export type ToAnalysis = { readonly folder: string } | { readonly snapshots: readonly string[] };

/** What comes back: how far it is, and at the end the report or why there is none. */
export type FromAnalysis =
  { readonly share: number } | { readonly report: Report } | { readonly fault: string };

const send = (message: FromAnalysis) => process.send?.(message);
const onProgress = ({ done }: { readonly done: number }) => send({ share: done });

process.on('message', (work: ToAnalysis) => void judge(work));
process.on('disconnect', () => process.exit());

async function judge(work: ToAnalysis): Promise<void> {
  try {
    const report =
      'folder' in work
        ? await analyzeRun(work.folder, { onProgress })
        : await analyzeSnapshots(work.snapshots, { onProgress });
    send({ report });
  } catch (error) {
    send({ fault: error instanceof Error ? error.message : String(error) });
  }
}
