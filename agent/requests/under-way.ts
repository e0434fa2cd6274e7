/** What the agent knows of a response that is under way. */
export interface UnderWay {
  /** On `performance.now()`'s scale. */
  readonly startedMs: number;
  /** How many requests it stands for. */
  readonly weight: number;
  /** `GET /users/:id`; null as long as nobody has said it. */
  route: string | null;
}

/**
 * Those that are counted, by their response; whoever takes one out has it not counted. Something put on the response itself
 * would cost less here and more elsewhere: its hidden class would be another one than that of the others, for which all of
 * Node and Express that touches responses was compiled.
 */
export const underWay = new WeakMap<object, UnderWay>();
