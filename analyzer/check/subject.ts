/** Holds the object in question for the time of a snapshot, which finds it by the name of this class. */
export class LeakwatchSubject {
  /** What ought to be collectable. */
  subject: object | null;
  /** What the test waits for: whatever hangs on it are the test's own variables. */
  readonly awaited: Promise<unknown>;

  constructor(subject: object, awaited: Promise<unknown>) {
    this.subject = subject;
    this.awaited = awaited;
  }
}
