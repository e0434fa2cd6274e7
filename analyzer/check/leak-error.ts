import { renderText } from '../render/text.ts';
import { bytesText } from '../render/units.ts';
import type { Report } from '../report.ts';

const WIDTH = 100;

/** What a scenario leaves behind, as a failed assertion: test runners print its message. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly bytesPerIteration: number;
  readonly report: Report;

  constructor(bytesPerIteration: number, report: Report) {
    const text = renderText(report, { color: false, width: WIDTH });
    super(`The scenario leaks about ${bytesText(bytesPerIteration)} per iteration.\n\n${text}`);
    this.bytesPerIteration = bytesPerIteration;
    this.report = report;
  }
}
