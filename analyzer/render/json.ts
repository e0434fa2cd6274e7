import type { Report } from '../report.ts';

/** The report as JSON for machines, two blanks of indentation, ending with a line feed; report.ts is its schema. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
