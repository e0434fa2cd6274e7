import { join } from 'node:path';
import { LeakwatchError } from '../../analyzer/error.ts';
import { readTextSync } from '../../analyzer/open-file.ts';
import { REPORT_VERSION } from '../../analyzer/report.ts';
import type { Report } from '../../analyzer/report.ts';
import { defineCommand } from '../command.ts';
import { REPORT_FILE, findRunFolder } from '../run/run-folder.ts';
import { EXIT_CODE, REPORT_OPTIONS, showReport } from '../show-report.ts';
import { UsageError } from '../usage-error.ts';
import { analyzeFolder } from '../verdict.ts';

export const reportCommand = defineCommand({
  name: 'report',
  summary: 'Print the verdict of a recorded run again',
  usage: '[options] [run folder]',
  details: [
    'Prints the report that was kept in the run folder, by default the newest one below .leakwatch. A run without a ' +
      'report is analyzed first.',
    'Exit code: 0 clean, 1 a leak, 2 could not tell or could not run.',
  ],
  examples: [
    ['leakwatch report', 'of the newest run'],
    ['leakwatch report --html=leak.html .leakwatch/20261120-101500', 'of this one, to send around'],
  ],
  options: REPORT_OPTIONS,
  async run({ flags, operands, terminal }) {
    if (operands.length > 1) throw new UsageError('Only one run folder can be reported at a time.');
    const runFolder = findRunFolder(operands[0]);
    const report = keptReport(runFolder) ?? (await analyzeFolder(runFolder, terminal));
    await showReport(report, { flags, output: terminal.out, terminal, runFolder });
    return EXIT_CODE[report.verdict];
  },
});

const MAX_REPORT_BYTES = 64 << 20; // more is none that leakwatch wrote

function keptReport(runFolder: string): Report | null {
  const file = join(runFolder, REPORT_FILE);
  let text: string;
  try {
    text = readTextSync(file, MAX_REPORT_BYTES) ?? '';
  } catch {
    return null;
  }
  const report = parse(text);
  if (isReport(report)) return report;
  throw new LeakwatchError('REPORT', `${file} is not a report that this version of leakwatch can read.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isReport(value: unknown): value is Report {
  return (
    typeof value === 'object' && value !== null && 'version' in value && value.version === REPORT_VERSION
  );
}
