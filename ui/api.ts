/**
 * What the server tells the page: types only, shared by both and by the static report. Times are epoch milliseconds.
 * Series are already thinned out for the width they are drawn at.
 */
import type { Report } from '../analyzer/report.ts';
import type { CollectionKind, SnapshotTaken } from '../agent/recording.ts';

/** Everything about a run except its series. */
export interface RunOverview {
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
  readonly report: Report | null;
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
  /** The address the application listens on, when it said so. */
  readonly listening: string | null;
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
  | 'floorTrend' // the page's own, from the report
  | 'loopP50'
  | 'loopP99'
  | 'loopMax'
  | 'utilization'
  | 'cpuUser'
  | 'cpuSystem'
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
  readonly kind: 'snapshot' | 'listening' | 'mark' | 'notice' | 'end';
  /** One line for a person. */
  readonly text: string;
  /** Others of the same kind that lie too close to be drawn apart. */
  readonly hidden: number;
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
}
