import { basename, join } from 'node:path';
import { analyzeRun, renderJson } from '../analyzer/index.ts';
import type { AnalyzeProgress, Report } from '../analyzer/index.ts';
import type { ExitCode } from './command.ts';
import { REPORT_FILE, shownFolder } from './run/run-folder.ts';
import { EXIT_CODE, showReport, writeOutput } from './show-report.ts';
import type { ReportTarget } from './show-report.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Analyzes a recorded run, keeps the report in its folder and shows it. */
export async function giveVerdict(
  runFolder: string,
  target: Omit<ReportTarget, 'runFolder'>,
): Promise<ExitCode> {
  const report = await analyzeFolder(runFolder, target.terminal);
  await showReport(report, { ...target, runFolder });
  target.terminal.note(`kept in ${shownFolder(runFolder)}; \`leakwatch open\` shows it in a browser`);
  return EXIT_CODE[report.verdict];
}

/** Analyzes a recorded run and keeps the report in its folder. */
export async function analyzeFolder(runFolder: string, terminal: Terminal): Promise<Report> {
  terminal.note(`analyzing ${shownFolder(runFolder)}`);
  terminal.status('analyzing');
  try {
    const report = await analyzeRun(runFolder, { onProgress: progressOn(terminal) });
    writeOutput(join(runFolder, REPORT_FILE), `${renderJson(report)}\n`);
    return report;
  } finally {
    terminal.status(null);
  }
}

/** Draws how far an analysis has come. */
export function progressOn(terminal: Terminal): (progress: AnalyzeProgress) => void {
  return ({ done, file }) =>
    terminal.status(`analyzing  ·  ${Math.floor(done * 100)} %  ·  ${basename(file)}`);
}
