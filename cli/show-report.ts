import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { LeakwatchError } from '../analyzer/error.ts';
import { readRun } from '../analyzer/index.ts';
import { renderJson } from '../analyzer/render/json.ts';
import { renderText } from '../analyzer/render/text.ts';
import type { Report, Verdict } from '../analyzer/report.ts';
import { renderHtmlReport } from '../ui/static-report.ts';
import type { ExitCode } from './command.ts';
import { systemReason } from './system-error.ts';
import type { Output, Terminal } from './terminal/terminal.ts';

/** The options of every command that ends with a verdict. Their file is only ever taken from `--name=FILE`. */
export const REPORT_OPTIONS = {
  json: { type: 'string', describe: 'Print the report as JSON to stdout, or with --json=FILE into a file' },
  html: { type: 'string', describe: 'Write it as one HTML file: leakwatch.html, or with --html=FILE' },
} as const;

/** What an option of {@link REPORT_OPTIONS} means without a file. */
export const DEFAULT_FILES: Readonly<Record<string, string>> = { json: '-', html: 'leakwatch.html' };

/** What leakwatch exits with for a verdict. */
export const EXIT_CODE: Readonly<Record<Verdict, ExitCode>> = { clean: 0, leak: 1, unknown: 2 };

/** Where and how a report is shown. */
export interface ReportTarget {
  readonly flags: { readonly json: string | undefined; readonly html: string | undefined };
  /** For the text. */
  readonly output: Output;
  readonly terminal: Terminal;
  /** The run it is about; null for snapshots from elsewhere. */
  readonly runFolder: string | null;
}

/**
 * Shows a report as text, or as JSON on stdout, and writes the files that were asked for.
 * @throws LeakwatchError OUTPUT when a file cannot be written
 */
export async function showReport(report: Report, target: ReportTarget): Promise<void> {
  const { flags, output, terminal } = target;
  const json = withLineFeed(renderJson(report));
  if (flags.json === DEFAULT_FILES.json) terminal.out.write(json);
  else output.write(`\n${withLineFeed(textOf(report, output))}\n`);
  if (flags.json !== undefined && flags.json !== DEFAULT_FILES.json) writeOutput(flags.json, json);
  if (flags.html !== undefined) writeOutput(flags.html, await htmlOf(report, target));
}

/** Writes a file that is readable by its owner alone: heaps hold secrets, and reports quote them. */
export function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    throw new LeakwatchError('OUTPUT', `${file} cannot be written: ${systemReason(error)}.`);
  }
}

function textOf(report: Report, { colors, width }: Output): string {
  return renderText(report, { color: colors.isColorSupported, width });
}

async function htmlOf(report: Report, { runFolder }: ReportTarget): Promise<string> {
  if (runFolder === null) return renderHtmlReport(report, []);
  const members = await readRun(runFolder);
  const recordings = members.map(({ recording }) => recording);
  return renderHtmlReport(report, recordings, { name: basename(runFolder) });
}

function withLineFeed(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
