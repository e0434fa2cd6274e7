import { LeakwatchError } from '../analyzer/error.ts';

/** The command line cannot be understood. `hint` is what to do instead, a sentence, or null. */
export class UsageError extends LeakwatchError {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super('USAGE', message);
    this.hint = hint;
  }
}
