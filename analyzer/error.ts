/** A fault of the input, told as a fact: what was found and what was expected. `code` is stable, the message is for people. */
export class LeakwatchError extends Error {
  override readonly name = 'LeakwatchError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
