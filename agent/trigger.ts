/** When the agent takes snapshots. To add a trigger: write `triggers/<name>.ts`, and put it into the list below. */
import type { GrowthSeen } from './events.ts';
import type { AgentOptions } from './options.ts';
import type { SnapshotMode, SnapshotReason, SnapshotTaken } from './recording.ts';
import { growthTrigger } from './triggers/growth.ts';
import { httpTrigger } from './triggers/http.ts';
import { heapLevelTrigger, nearLimitTrigger, rssLevelTrigger } from './triggers/level.ts';
import { requestTrigger } from './triggers/request.ts';
import { scheduleTrigger } from './triggers/schedule.ts';
import { shutdownTrigger } from './triggers/shutdown.ts';
import { signalTrigger } from './triggers/signal.ts';

/** A wish for a snapshot. */
export interface SnapshotAsk {
  readonly reason: SnapshotReason;
  readonly requestId?: string;
  /** Absent: as the options say. */
  readonly mode?: SnapshotMode;
  /** Somebody waits for it, so it is worth any pause; the agent's own ideas are not. */
  readonly isAskedFor: boolean;
}

export interface TriggerHost {
  readonly options: AgentOptions;
  readonly runFolder: string;
  /** 0..1: at which part of a common span of time this process takes its turn, by `turnOf`. */
  readonly turn: number;
  /** Servers of the agent itself, which are not to be taken for the application's. */
  readonly ownServers: WeakSet<object>;
  ask(ask: SnapshotAsk): void;
  /** Takes a snapshot before it returns, or says why not. */
  takeNow(ask: SnapshotAsk): SnapshotTaken;
  /** Writes a sentence into the recording. */
  notice(message: string): void;
  /** Reports that the heap's floor keeps growing. */
  onGrowth(growth: GrowthSeen): void;
}

export interface RunningTrigger {
  /** Called before each sample. */
  tick?(atMs: number): void;
  /** Called after each major collection with the heap's floor. */
  onFloor?(atMs: number, floorBytes: number): void;
  /** Called after each snapshot that was taken or could not be. */
  onSnapshot?(taken: SnapshotTaken): void;
  stop(): void;
}

export interface Trigger {
  readonly name: string;
  /** Null when the options don't ask for it. */
  start(host: TriggerHost): RunningTrigger | null;
}

export const TRIGGERS: readonly Trigger[] = [
  requestTrigger,
  signalTrigger,
  scheduleTrigger,
  growthTrigger,
  heapLevelTrigger,
  rssLevelTrigger,
  nearLimitTrigger,
  shutdownTrigger,
  httpTrigger,
];
