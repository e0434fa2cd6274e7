/** What the agent measures. To add a probe: write `probes/<name>.ts`, and put it into the list below. */
import type { AgentOptions } from './options.ts';
import { cpuProbe } from './probes/cpu.ts';
import { gcProbe } from './probes/gc.ts';
import { heapProfileProbe } from './probes/heap-profile.ts';
import { heapSpacesProbe } from './probes/heap-spaces.ts';
import { listeningProbe } from './probes/listening.ts';
import { loopDelayProbe } from './probes/loop-delay.ts';
import { loopUtilizationProbe } from './probes/loop-utilization.ts';
import { memoryProbe } from './probes/memory.ts';
import { openFilesProbe } from './probes/open-files.ts';
import { profileProbe } from './probes/profile.ts';
import { requestsProbe } from './probes/requests.ts';
import { resourcesProbe } from './probes/resources.ts';
import { warningsProbe } from './probes/warnings.ts';
import type { RecordingEntry, Sample, Stall } from './recording.ts';
import type { RequestStatistics } from './requests/statistics.ts';

/** What a probe may use of the agent. */
export interface ProbeHost {
  readonly options: AgentOptions;
  readonly runFolder: string;
  readonly recordingFile: string;
  readonly requests: RequestStatistics;
  /** Servers of the agent itself, which are not to be taken for the application's. */
  readonly ownServers: WeakSet<object>;
  /** When the recording began, on process.hrtime.bigint()'s scale. */
  readonly startedAtNanos: bigint;
  /** Milliseconds since the recording started, of a time on `performance.now()`'s scale. */
  atMs(performanceMs: number): number;
  record(entry: RecordingEntry): void;
  /** Runs what stops the thread in such a way that no probe takes it for the application's doing. */
  unwatched<Result>(work: () => Result): Result;
  /** Reports a stall that another thread has recorded. */
  onStall(stall: Stall): void;
  /** Reports the heap's floor after a major collection, in bytes. */
  onFloor(atMs: number, floorBytes: number): void;
}

export interface RunningProbe {
  /** Its part of a sample, over the time since its previous one; probes that only record entries give nothing. */
  sample?(): Partial<Sample>;
  /** The agent is about to stop the thread for a snapshot. */
  suspend?(): void;
  /** The thread goes on; what was measured since the last sample is spoilt. */
  resume?(): void;
  stop(): void;
}

export interface Probe {
  readonly name: string;
  /** Null when the options don't ask for it. May throw where the runtime lacks what it needs: the agent goes on without it. */
  start(host: ProbeHost): RunningProbe | null;
}

export const PROBES: readonly Probe[] = [
  memoryProbe,
  heapSpacesProbe,
  gcProbe,
  loopDelayProbe,
  loopUtilizationProbe,
  cpuProbe,
  resourcesProbe,
  openFilesProbe,
  listeningProbe,
  requestsProbe,
  profileProbe,
  warningsProbe,
  heapProfileProbe,
];
