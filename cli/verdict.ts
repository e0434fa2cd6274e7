import { basename, join, relative } from 'node:path';
import { analyzeRun } from '../analyzer/index.ts';
import type { AnalyzeProgress, Report } from '../analyzer/index.ts';
import type { ExitCode } from './command.ts';
import { REPORT_FILE } from './run/run-folder.ts';
import { EXIT_CODE, showReport, writeJson } from './show-report.ts';
import type { ReportTarget } from './show-report.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Analyzes a recorded run, keeps the report in its folder and shows it. */
export async function giveVerdict(
  runFolder: string,
  json: string | undefined,
  target: ReportTarget,
): Promise<ExitCode> {
  const report = await analyzeFolder(runFolder, target);
  showReport(report, json, target);
  return EXIT_CODE[report.verdict];
}

/** Draws how far an analysis has come. */
export function progressOn(terminal: Terminal): (progress: AnalyzeProgress) => void {
  return ({ done, file }) =>
    terminal.status(`analyzing  ·  ${Math.floor(done * 100)} %  ·  ${basename(file)}`);
}

/** Analyzes a recorded run and keeps the report in its folder. */
export async function analyzeFolder(runFolder: string, { terminal }: ReportTarget): Promise<Report> {
  terminal.note(`analyzing ${relative('', runFolder) || runFolder}`);
  terminal.status('analyzing');
  try {
    const report = await analyzeRun(runFolder, { onProgress: progressOn(terminal) });
    writeJson(report, join(runFolder, REPORT_FILE));
    return report;
  } finally {
    terminal.status(null);
  }
}
