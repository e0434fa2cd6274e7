/**
 * What the server tells the page: types only, shared by both and by the static report. Times are epoch milliseconds.
 * Series are already thinned out for the width they are drawn at.
 */
import type { Report } from '../analyzer/report.ts';
import type {
  CollectionKind,
  ProfileKind,
  ProfileTaken,
  SnapshotTaken,
  StallCategory,
} from '../agent/recording.ts';

/** Everything about a run except its series. */
export interface RunOverview {
  /** Rises whenever anything of the run has changed. */
  readonly revision: number;
  /**
   * waiting: nothing recorded yet. reading: what was recorded is not all read. recording: a process writes. analyzing:
   * all ended, no report yet.
   */
  readonly status: 'waiting' | 'reading' | 'recording' | 'analyzing' | 'finished';
  /** The run folder's own name, without the path to it. */
  readonly name: string;
  readonly command: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly processes: readonly ProcessOverview[];
  /** Whether there are heap snapshots to look into and to judge. */
  readonly hasSnapshots: boolean;
  readonly report: Report | null;
  readonly analysis: AnalysisState;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

export interface ProcessOverview {
  /** `<pid>-<threadId>`: the key for {@link Timeline}. */
  readonly id: string;
  readonly pid: number;
  readonly threadId: number;
  readonly role: 'main' | 'cluster-worker' | 'worker-thread';
  readonly script: string;
  readonly nodeVersion: string;
  readonly heapLimitBytes: number;
  readonly memoryLimitBytes: number | null;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  /** lost: the file ended without an end entry though nobody writes to it any more (killed, deleted). */
  readonly state: 'running' | 'ended' | 'lost';
  readonly exitCode: number | null;
  readonly sampleCount: number;
  readonly majorCollections: number;
  readonly damagedLines: number;
  /** The last sample, or null before the first. */
  readonly latest: LatestFigures | null;
  readonly sparklines: Readonly<Record<'floor' | 'rss' | 'loopP99', Points>>;
  readonly snapshots: readonly SnapshotTaken[];
  /** Null as long as it cannot be told, or when the floor stays where it is. */
  readonly outlook: FloorOutlook | null;
  /** The busiest first; empty when the application does not tell its routes apart. */
  readonly routes: readonly RouteRow[];
  /** What became of each that was asked for. */
  readonly profiles: readonly ProfileTaken[];
  readonly stallCount: number;
  /** How long the event loop stood still in all. */
  readonly stalledMs: number;
  /** The address the application listens on, when it said so. */
  readonly listening: string | null;
}

/** Where the floor of the heap is going. */
export interface FloorOutlook {
  readonly bytesPerMinute: number;
  /** When it meets the heap's limit at this pace; null when it does not rise. */
  readonly limitAt: number | null;
}

/** All requests to one route. */
export interface RouteRow {
  readonly route: string;
  readonly count: number;
  readonly errors: number;
  /** The highest of all windows. */
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
}

export interface LatestFigures {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly loopDelayP99Ms: number;
  readonly loopUtilization: number;
  readonly cpuPercent: number | null;
}

/** A line: `y[i]` at `x[i]`; null is a gap, where nothing was recorded. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Series of {@link Timeline.series} that every recording has; heap spaces and resources come with their prefix. */
export type SeriesName =
  | 'heapUsed'
  | 'heapTotal'
  | 'rss'
  | 'external'
  | 'arrayBuffers'
  | 'floor'
  | 'floorTrend' // these two are the page's own, from the outlook
  | 'heapLimit'
  | 'loopP50'
  | 'loopP99'
  | 'loopMax'
  | 'utilization'
  | 'cpuUser'
  | 'cpuSystem'
  | 'requests' // a second
  | 'requestErrors'
  | 'latencyP50'
  | 'latencyP99'
  | 'latencyMax'
  | `gc:${CollectionKind}`
  | `space:${string}`
  | `resource:${string}`;

export interface Timeline {
  readonly process: string;
  /** The span that was asked for, cut to the recording. */
  readonly from: number;
  readonly to: number;
  readonly series: Readonly<Partial<Record<SeriesName, Points>>>;
  readonly markers: readonly Marker[];
}

/** Something that happened at one moment. */
export interface Marker {
  readonly at: number;
  readonly kind: 'snapshot' | 'trigger' | 'profile' | 'stall' | 'listening' | 'mark' | 'notice' | 'end';
  /** One line for a person. */
  readonly text: string;
  /** The snapshot that was written. */
  readonly file?: string;
  /** Others of the same kind that lie too close to be drawn apart. */
  readonly hidden: number;
}

/** A file that was recorded and can be looked into, downloaded or deleted. */
export interface Capture {
  readonly kind: 'snapshot' | ProfileKind;
  readonly file: string;
  /** `<pid>-<threadId>`; empty for a file from elsewhere. */
  readonly process: string;
  readonly fileBytes: number;
  readonly takenAt: number;
  /** Only what lies in the run folder is deleted from the page. */
  readonly canDelete: boolean;
}

/** The judging of the snapshots, while it goes on or when it has failed. */
export interface AnalysisState {
  readonly isRunning: boolean;
  /** 0..1 */
  readonly share: number;
  /** Why the last one gave no report; null when it did, or was stopped. */
  readonly fault: string | null;
}

/** A call in a profile and what it called, on an axis of microseconds or bytes. */
export interface ProfileNode {
  readonly frame: Frame;
  readonly start: number;
  readonly value: number;
  readonly children: readonly ProfileNode[];
}

/** A profile as a page can draw it: calls too short to be seen are left out. */
export interface ProfileView {
  readonly kind: ProfileKind;
  readonly file: string;
  /** Microseconds, or bytes still alive when it was taken. */
  readonly total: number;
  /** Of a CPU profile: calls one after the other. */
  readonly inOrder: ProfileNode | null;
  /** Calls that agree put together, the largest first. */
  readonly merged: ProfileNode;
}

/** A frame of a stack, as a person would look it up: through source maps, relative to where the process ran. */
export interface Frame {
  /** Empty for an anonymous function. */
  readonly functionName: string;
  /** `node:…` for Node's own, empty for the engine's. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** A block of the event loop, or several of one culprit that the agent summed up. */
export interface StallRow {
  readonly process: string;
  readonly at: number;
  /** Of several, the longest. */
  readonly durationMs: number;
  readonly category: StallCategory;
  readonly culprit: Frame | null;
  /** Innermost first; empty when not known. */
  readonly stack: readonly Frame[];
  readonly count: number;
  /** Sum of the durations. */
  readonly totalMs: number;
  readonly isOngoing: boolean;
}

/** All stalls that one function of the application is to blame for. */
export interface StallCulprit {
  readonly category: StallCategory;
  readonly culprit: Frame | null;
  readonly count: number;
  readonly totalMs: number;
  readonly longestMs: number;
  readonly lastAt: number;
}

/** Every block of the event loop in a run. */
export interface Stalls {
  readonly count: number;
  readonly totalMs: number;
  /** Those that took most time first. */
  readonly culprits: readonly StallCulprit[];
  /** The newest first, as many as a page can show. */
  readonly rows: readonly StallRow[];
}

/** The code around a line. */
export interface SourceExcerpt {
  readonly file: string;
  /** The line that is meant, 1-based. */
  readonly line: number;
  /** Number of the first of {@link lines}, 1-based. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** What a static page carries instead of a server. */
export interface EmbeddedRun {
  readonly overview: RunOverview;
  /** By the process's id. */
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly excerpts: readonly SourceExcerpt[];
  readonly stalls: Stalls;
}
