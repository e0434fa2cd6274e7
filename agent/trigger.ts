/** When the agent takes snapshots. To add a trigger: write `triggers/<name>.ts`, and put it into the list below. */
import type { GrowthSeen } from './events.ts';
import type { AgentOptions } from './options.ts';
import type { SnapshotReason } from './recording.ts';
import { growthTrigger } from './triggers/growth.ts';
import { requestTrigger } from './triggers/request.ts';
import { scheduleTrigger } from './triggers/schedule.ts';
import { signalTrigger } from './triggers/signal.ts';

/** A wish for a snapshot. */
export interface SnapshotAsk {
  readonly reason: SnapshotReason;
  readonly requestId?: string;
  /** Somebody waits for it, so it is worth any pause; the agent's own ideas are not. */
  readonly isAskedFor: boolean;
}

export interface TriggerHost {
  readonly options: AgentOptions;
  readonly runFolder: string;
  ask(ask: SnapshotAsk): void;
  /** Reports that the heap's floor keeps growing. */
  onGrowth(growth: GrowthSeen): void;
}

export interface RunningTrigger {
  /** Called before each sample. */
  tick?(atMs: number): void;
  /** Called after each major collection with the heap's floor. */
  onFloor?(atMs: number, floorBytes: number): void;
  stop(): void;
}

export interface Trigger {
  readonly name: string;
  /** Null when the options don't ask for it. */
  start(host: TriggerHost): RunningTrigger | null;
}

export const TRIGGERS: readonly Trigger[] = [requestTrigger, signalTrigger, scheduleTrigger, growthTrigger];
