/** Node's own things as a page lists them: types only. What they mean is told where they are made, in analyzer/explore/. */
import type { SourceLocation } from '../../analyzer/report.ts';

/** A function by its name and place; empty and null where a snapshot does not tell. */
export interface CalledBy {
  readonly functionName: string;
  readonly location: SourceLocation | null;
}

/** What an object is called in its program, and where that name is declared. */
export interface HeldAs {
  readonly phrase: string;
  readonly location: SourceLocation | null;
}

export interface ListenerRow extends CalledBy {
  readonly event: string;
  readonly emitterClass: string;
  readonly emitterCount: number;
  readonly listenerCount: number;
  readonly mostOnOne: number;
  readonly emitterId: number;
  readonly emitter: HeldAs;
  readonly isOverLimit: boolean | null;
}

/** When timers were made, as far as ids tell: before the earliest snapshot, after it, some before and some after. */
export type Age = 'before' | 'after' | 'mixed';

export interface TimerRow extends CalledBy {
  readonly kind: string;
  readonly delayMs: number | null;
  readonly isActive: boolean;
  readonly timerCount: number;
  readonly retainedBytes: number;
  readonly timerId: number;
  /** Null when ids do not tell. */
  readonly age: Age | null;
}

export interface WaitingRow extends CalledBy {
  readonly how: 'await' | 'then';
  readonly waitingCount: number;
  readonly promiseCount: number;
  readonly retainedBytes: number;
  readonly promiseId: number;
  readonly promise: HeldAs;
}

export interface CacheRow {
  readonly id: number;
  readonly className: string;
  readonly retainedBytes: number;
  readonly name: HeldAs;
  readonly content: {
    readonly entryCount: number;
    readonly slotCount: number;
    readonly values: string;
    readonly keySamples: readonly string[];
  };
  /** Properties that sound like a bound of it: `max`, `ttl`. */
  readonly limits: readonly string[];
}

export interface BufferRow {
  readonly className: string;
  readonly bufferCount: number;
  readonly memoryCount: number;
  readonly memoryBytes: number;
  readonly largestBytes: number;
  readonly bufferId: number;
  readonly name: HeldAs;
}

export interface HandleRow {
  readonly className: string;
  readonly handleCount: number;
  readonly openCount: number | null;
  readonly retainedBytes: number;
  readonly handleId: number;
  readonly name: HeldAs;
}

export interface DuplicateRow {
  readonly text: string;
  readonly copies: number;
  readonly bytes: number;
  readonly wasteBytes: number;
  readonly name: HeldAs;
}
