import { writeFileSync } from 'node:fs';
import { LeakwatchError } from '../analyzer/error.ts';
import { renderJson } from '../analyzer/render/json.ts';
import { renderText } from '../analyzer/render/text.ts';
import type { Report, Verdict } from '../analyzer/report.ts';
import type { ExitCode } from './command.ts';
import type { Output, Terminal } from './terminal/terminal.ts';

/** The `--json` of every command that ends with a verdict. */
export const JSON_OPTION = {
  json: { type: 'string', describe: 'Print the report as JSON to stdout, or with --json=FILE into a file' },
} as const;

/** What leakwatch exits with for a verdict. */
export const EXIT_CODE: Readonly<Record<Verdict, ExitCode>> = { clean: 0, leak: 1, unknown: 2 };

const STDOUT = '-';

/**
 * Shows a report as text on `output`; or, with `json`, as JSON on stdout (`-`) or in the file it names.
 * @throws LeakwatchError OUTPUT when that file cannot be written
 */
export function showReport(
  report: Report,
  json: string | undefined,
  { output, terminal }: ReportTarget,
): void {
  if (json === STDOUT) return terminal.out.write(withLineFeed(renderJson(report)));
  if (json !== undefined) writeJson(report, json);
  output.write(
    withLineFeed(renderText(report, { color: output.colors.isColorSupported, width: output.width })),
  );
}

/** Where a report is shown. */
export interface ReportTarget {
  readonly output: Output;
  readonly terminal: Terminal;
}

/** Writes the report as JSON, readable by its owner alone. */
export function writeJson(report: Report, file: string): void {
  try {
    writeFileSync(file, withLineFeed(renderJson(report)), { mode: 0o600 });
  } catch (error) {
    throw new LeakwatchError('OUTPUT', `${file} cannot be written: ${(error as Error).message}.`);
  }
}

function withLineFeed(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
