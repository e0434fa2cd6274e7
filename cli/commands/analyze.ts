import { statSync } from 'node:fs';
import { analyzeSnapshots } from '../../analyzer/index.ts';
import { defineCommand } from '../command.ts';
import { findRunFolder } from '../run/run-folder.ts';
import { EXIT_CODE, REPORT_OPTIONS, showReport } from '../show-report.ts';
import { UsageError } from '../usage-error.ts';
import { giveVerdict, progressOn } from '../verdict.ts';

export const analyzeCommand = defineCommand({
  name: 'analyze',
  summary: 'Say what leaks from saved heap snapshots, or from a recorded run',
  usage: '[options] <file.heapsnapshot>… | <run folder>',
  details: [
    'Two snapshots of one process show what grew between them; three or more tell a leak from a cache that fills up. ' +
      'Their order does not matter. A single one only gives suspects.',
    'Exit code: 0 clean, 1 a leak, 2 could not tell or could not run.',
  ],
  examples: [
    ['leakwatch analyze before.heapsnapshot after.heapsnapshot later.heapsnapshot', 'saved by any tool'],
    ['leakwatch analyze .leakwatch/20261120-101500', 'a run, once more'],
    ['leakwatch analyze --json *.heapsnapshot | jq .headline', 'for a script'],
  ],
  options: REPORT_OPTIONS,
  async run({ flags, operands, afterDashes, terminal }) {
    const paths = [...operands, ...(afterDashes ?? [])];
    const target = { flags, output: terminal.out, terminal };
    if (paths.length === 0) {
      throw new UsageError(
        'There is nothing to analyze.',
        'Name one or more .heapsnapshot files, or a run folder.',
      );
    }
    if (paths.length === 1 && isFolder(paths[0])) {
      return giveVerdict(findRunFolder(paths[0]), target);
    }
    const report = await analyzeSnapshots(paths, { onProgress: progressOn(terminal) }).finally(() =>
      terminal.status(null),
    );
    await showReport(report, { ...target, runFolder: null });
    return EXIT_CODE[report.verdict];
  },
});

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
