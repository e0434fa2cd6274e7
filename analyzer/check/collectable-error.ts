import { createColors } from 'picocolors';
import { locationText, traceLines } from '../render/trace.ts';
import type { Assertion } from './leak-error.ts';
import type { SourceLocation, TraceElement } from '../report.ts';

/** What keeps an object that ought to be collectable. */
export interface HeldBy {
  /** The object's class. */
  readonly what: string;
  /** "`current` of class `Session`" */
  readonly holder: string;
  /** Where the holder is declared; null when that is not known. */
  readonly location: SourceLocation | null;
  /** Root first; the last element is the object. */
  readonly trace: readonly TraceElement[];
}

/** An object that is still held, as a failed assertion. */
export class CollectableError extends Error {
  override readonly name = 'CollectableError';
  readonly heldBy: HeldBy;

  constructor(heldBy: HeldBy, assertion: Assertion) {
    const place = heldBy.location === null ? '' : ` (${locationText(heldBy.location)})`;
    const trace = traceLines(heldBy.trace, createColors(false)).join('\n');
    super(`The ${heldBy.what} cannot be collected: it is held by ${heldBy.holder}${place}.\n\n${trace}\n`);
    Error.captureStackTrace(this, assertion);
    this.heldBy = heldBy;
  }
}
