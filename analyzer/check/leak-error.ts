import { renderText } from '../render/text.ts';
import { bytesText } from '../render/units.ts';
import type { Report } from '../report.ts';

const WIDTH = 100;

/** What a scenario leaves behind, as a failed assertion: test runners print its message. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly bytesPerIteration: number;
  readonly objectsPerIteration: number;
  readonly report: Report;

  constructor({ bytesPerIteration, objectsPerIteration, leak }: Leak, assertion: Assertion) {
    const text = renderText(leak, { color: false, width: WIDTH });
    super(`The scenario leaks ${perIterationText({ bytesPerIteration, objectsPerIteration })}.\n\n${text}`);
    Error.captureStackTrace(this, assertion);
    this.bytesPerIteration = bytesPerIteration;
    this.objectsPerIteration = objectsPerIteration;
    this.report = leak;
  }
}

/** A function whose frame, and those within it, are left out of a stack: runners show the line that called it. */
export type Assertion = (...parts: never[]) => unknown;

interface Pace {
  readonly bytesPerIteration: number;
  readonly objectsPerIteration: number;
}

interface Leak extends Pace {
  readonly leak: Report;
}

/** "about 120 B and 1 object per iteration" */
export function perIterationText({ bytesPerIteration, objectsPerIteration }: Pace): string {
  const digits = objectsPerIteration >= 9.5 ? 0 : objectsPerIteration >= 0.95 ? 1 : 2;
  const objects = Number(objectsPerIteration.toFixed(digits));
  return `about ${bytesText(bytesPerIteration)} and ${objects} object${objects === 1 ? '' : 's'} per iteration`;
}
