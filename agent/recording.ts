/**
 * The file format of a run. A recording is one append-only file per process and thread, JSON Lines in UTF-8:
 * a header, then entries in the order they happened. A line without its line feed is not part of the recording
 * (the process was killed while writing it), so the file is readable after every byte.
 *
 * A run folder (mode 0700, files 0600) holds what one observed application left behind:
 *
 *     run.json                               how `leakwatch run` was started; absent when the agent ran by itself
 *     <pid>-<threadId>.recording.jsonl       one per process and thread
 *     <pid>-<threadId>-<sequence>.heapsnapshot     or .heapsnapshot.gz, .heapsnapshot.zst when it was packed afterwards
 *     <pid>-<threadId>-live-<sequence>.heapprofile
 *     <pid>-<threadId>.request.json          present while a snapshot is asked for from outside (see SnapshotRequest)
 *     <pid>-<threadId>-<sequence>.cpuprofile, .heapprofile
 *     <pid>-<threadId>.profile.json          present while a profile is asked for from outside (see ProfileRequest)
 *     snapshot.lock                          present while one of the processes takes a snapshot; holds its pid
 *     report.json                            the verdict, written by whoever analyzed the run
 */
export const RECORDING_VERSION = 1;

export const RECORDING_SUFFIX = '.recording.jsonl';
export const SNAPSHOT_SUFFIX = '.heapsnapshot';
/** How snapshots are packed -> what their names end with then; a recording names them without it. */
export const PACKED_SUFFIXES = { gzip: '.gz', zstd: '.zst' } as const;
export const REQUEST_SUFFIX = '.request.json';
export const PROFILE_REQUEST_SUFFIX = '.profile.json';
export const PROFILE_SUFFIXES = { cpu: '.cpuprofile', heap: '.heapprofile' } as const;

/** The first line: who was observed, and on what. Times are epoch milliseconds here and `atMs` since `startedAt` below. */
export interface RecordingHeader {
  readonly type: 'header';
  readonly version: number;
  readonly agentVersion: string;
  readonly pid: number;
  readonly ppid: number;
  readonly threadId: number;
  readonly role: 'main' | 'cluster-worker' | 'worker-thread';
  /** The script and nothing of its arguments, which may hold secrets. */
  readonly script: string;
  readonly cwd: string;
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly platform: string;
  readonly arch: string;
  readonly startedAt: number;
  readonly sampleIntervalMs: number;
  /** V8's heap_size_limit of this thread. */
  readonly heapLimitBytes: number;
  /** The container's limit, or null where there is none. */
  readonly memoryLimitBytes: number | null;
  /** V8's space names, in the order in which a sample's line gives their bytes; absent when samples are objects. */
  readonly heapSpaces?: readonly string[];
}

/** One tick of the sampler; event loop and CPU figures are those of the window since the previous sample. */
export interface Sample {
  readonly type: 'sample';
  readonly atMs: number;
  readonly rssBytes: number;
  readonly heapTotalBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  /** V8's space name -> bytes used in it. */
  readonly heapSpaceBytes: Readonly<Record<string, number>>;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** 0..1 of the window. */
  readonly loopUtilization: number;
  readonly cpuUserMs: number;
  readonly cpuSystemMs: number;
  /** Resource type -> how many keep the event loop alive, from process.getActiveResourcesInfo(). */
  readonly activeResources: Readonly<Record<string, number>>;
  /** HTTP requests answered in the window; absent when there was none. */
  readonly requests?: RequestFigures;
  /** Descriptors that the process has open; absent in threads, and where the kernel does not count them. */
  readonly openFiles?: number;
}

/** Of requests whose response was handed over whole; a client that went away before is not counted. */
export interface RequestFigures {
  readonly count: number;
  /** Answered with a status of 500 or above. */
  readonly errors: number;
  /** From the request's headers to the response's last byte; the quantiles within 4.4 %. */
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
}

/** The requests since the previous entry of this type, of an application that tells its routes apart. */
export interface Routes {
  readonly type: 'routes';
  readonly atMs: number;
  /** The busiest first; of many the rest is summed up under a name in parentheses. */
  readonly routes: readonly RouteFigures[];
}

export interface RouteFigures extends RequestFigures {
  /** `GET /users/:id`, as the application has written the path. */
  readonly route: string;
}

export type CollectionKind = 'minor' | 'major' | 'incremental' | 'weak-callbacks';

/** One collection, or all of a kind between two samples where they come thick: then `count` and `totalPauseMs` are there. */
export interface Collection {
  readonly type: 'gc';
  /** When it began; of several, the first. */
  readonly atMs: number;
  readonly kind: CollectionKind;
  /** Of several, the longest. */
  readonly pauseMs: number;
  /**
   * Bytes of heap in use just after a major collection, the young generation left out: the floor. Of several, the
   * lowest. Absent for other kinds.
   */
  readonly heapUsedAfterBytes?: number;
  /** How many collections this stands for; absent when one. */
  readonly count?: number;
  /** Sum of their pauses; absent when one. */
  readonly totalPauseMs?: number;
}

/** Why a snapshot was taken. */
export type SnapshotReason =
  | 'api'
  | 'signal'
  | 'request'
  | 'schedule'
  | 'growth'
  | 'baseline'
  | 'final'
  | 'heap-level'
  | 'rss-level'
  | 'near-limit'
  | 'shutdown'
  | 'http';

/**
 * Who takes a snapshot: the process itself, which stands still meanwhile; a forked copy of it, while it goes on; or the
 * copy where that works, and else the process.
 */
export type SnapshotMode = 'in-process' | 'fork' | 'auto';

export const SNAPSHOT_MODES: readonly SnapshotMode[] = ['in-process', 'fork', 'auto'];

export interface SnapshotTaken {
  readonly type: 'snapshot';
  readonly atMs: number;
  readonly sequence: number;
  readonly reason: SnapshotReason;
  readonly status: 'written' | 'refused' | 'failed';
  /** File name inside the run folder; absent unless written. A `snapshot-removed` notice tells when it was thinned out. */
  readonly file?: string;
  readonly fileBytes?: number;
  /** How long the event loop stood still. */
  readonly pauseMs?: number;
  /**
   * Who took it; absent in older recordings, which are in-process. Each forked copy numbers the objects anew: ids say
   * nothing about the objects of another snapshot.
   */
  readonly mode?: 'in-process' | 'fork';
  /** Of a forked one: how many copies were made until one had the file. */
  readonly attempts?: number;
  /** Of a forked one: from asking for it until the file was there. */
  readonly tookMs?: number;
  /** Of a forked one: the most memory the copy had, what it shared included. */
  readonly copyPeakBytes?: number;
  /** Of a forked one: at most what this process had to take anew because it changed memory shared with the copy. */
  readonly copiedBytes?: number;
  /** One sentence: why the process took it itself although it was to be forked. */
  readonly fallback?: string;
  /** One sentence: why it was refused or failed. */
  readonly detail?: string;
  /** Copied from the request, so that whoever asked finds the answer. */
  readonly requestId?: string;
}

/** The application listens on a port. */
export interface Listening {
  readonly type: 'listening';
  readonly atMs: number;
  readonly port: number;
  readonly address: string;
}

export interface Mark {
  readonly type: 'mark';
  readonly atMs: number;
  readonly name: string;
}

/** snapshot-removed, profile-removed: the message is the name of a file that made room for a newer one. snapshot-packed: what a snapshot is called now. trigger: where one can be asked for. not-forked: why this process takes its snapshots itself. */
export type NoticeCode =
  'probe-disabled' | 'snapshot-removed' | 'snapshot-packed' | 'profile-removed' | 'trigger' | 'not-forked';

/** Something the reader should know: a probe that was disabled, a limit that was reached. */
export interface Notice {
  readonly type: 'notice';
  readonly atMs: number;
  readonly code: NoticeCode;
  readonly message: string;
}

/** A place in a program, as the runtime knows it: before any source map. */
export interface StackFrame {
  /** Empty for an anonymous function. */
  readonly functionName: string;
  /** An absolute path, `node:` and a module of Node, or empty for what the engine brings along. */
  readonly file: string;
  /** 1-based; the line that took the time where that is known, else the function's first. */
  readonly line: number;
}

/**
 * What kept the event loop: `native` is a single long call into Node or an addon, `starved` was ready to run and given no
 * CPU by the machine or the container's limit, `unknown` ended before it was seen.
 */
export type StallCategory =
  'cpu' | 'sync-io' | 'json' | 'regexp' | 'gc' | 'microtasks' | 'native' | 'starved' | 'unknown';

/**
 * The event loop stood still. Written by a thread of its own, so that a loop which never comes round again is told of
 * too. Of one culprit the first few come one by one; after that an entry stands for several. A later entry with the same
 * `atMs` takes the place of an earlier one: it knows more.
 */
export interface Stall {
  readonly type: 'stall';
  /** When it began; of several, the first. */
  readonly atMs: number;
  /** So far, when it is ongoing; of several, the longest. */
  readonly durationMs: number;
  readonly category: StallCategory;
  /** The application's function that the time went to, or that called what it went to. Null when not known. */
  readonly culprit: StackFrame | null;
  /** The heaviest stack, innermost first; absent when not known, and when the entry stands for several. */
  readonly stack?: readonly StackFrame[];
  /** It had not ended when this was written; another entry of it follows when it does. */
  readonly isOngoing?: true;
  /** How many stalls this stands for; absent when one. */
  readonly count?: number;
  /** Sum of their durations; absent when one. */
  readonly totalDurationMs?: number;
}

export type ProfileKind = 'cpu' | 'heap';

/** Of a profile that somebody asked for: `started`, then one of the others under the same `requestId`. */
export interface ProfileTaken {
  readonly type: 'profile';
  readonly atMs: number;
  readonly kind: ProfileKind;
  readonly requestId: string;
  readonly status: 'started' | 'written' | 'refused' | 'failed';
  /** File name inside the run folder, as Chrome DevTools reads it; absent unless written. */
  readonly file?: string;
  readonly fileBytes?: number;
  readonly durationMs?: number;
  /** One sentence: why it was refused or failed. */
  readonly detail?: string;
}

/**
 * An emitter has more listeners for one event than it was made for; told once for each emitter and event, and again each
 * time there are twice as many.
 */
export interface ManyListeners {
  readonly type: 'listeners';
  readonly atMs: number;
  /** The emitter's class. */
  readonly emitter: string;
  readonly event: string;
  readonly count: number;
  /** Where the one was added that was too many, innermost first. */
  readonly stack: readonly StackFrame[];
  /** The first time this emitter was told of; absent then. */
  readonly grewFrom?: { readonly atMs: number; readonly count: number };
}

/** Many descriptors are open; told again each time there are twice as many. */
export interface OpenFiles {
  readonly type: 'open-files';
  readonly atMs: number;
  readonly count: number;
  /** What most of them are, the most first. */
  readonly held: readonly HeldFiles[];
}

export interface HeldFiles {
  /** A folder that the files lie in, or what else it is: `socket`, `pipe`, `anon_inode`. */
  readonly what: string;
  readonly count: number;
}

/** A sampling heap profile was written: which call sites have allocated what is alive. */
export interface ProfileWritten {
  readonly type: 'heap-profile';
  readonly atMs: number;
  /** File name inside the run folder. A `profile-removed` notice tells when it was thinned out. */
  readonly file: string;
  readonly fileBytes: number;
  /** How long the event loop stood still. */
  readonly pauseMs: number;
}

/** The last line of a process that ended in an orderly way; its absence means it was killed. */
export interface End {
  readonly type: 'end';
  readonly atMs: number;
  readonly exitCode: number;
}

export type RecordingEntry =
  | Sample
  | Collection
  | SnapshotTaken
  | Listening
  | Mark
  | Notice
  | Stall
  | Routes
  | ProfileTaken
  | ManyListeners
  | OpenFiles
  | ProfileWritten
  | End;
export type RecordingLine = RecordingHeader | RecordingEntry;

/** Written by the CLI next to a recording; the agent takes the snapshot at its next sample and removes the file. */
export interface SnapshotRequest {
  readonly requestId: string;
  readonly reason: SnapshotReason;
  /** Absent: as the agent's options say. */
  readonly mode?: SnapshotMode;
}

/** Written by whoever wants a profile; the agent acts on it at its next sample and removes the file. One profile at a time. */
export interface ProfileRequest {
  readonly requestId: string;
  readonly action: 'start' | 'stop';
  readonly kind: ProfileKind;
}

/** `run.json`. */
export interface RunFile {
  readonly version: number;
  readonly command: readonly string[];
  readonly load: string | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A recording in memory. `damagedLines` counts lines that were no valid entry and were passed over. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly entries: readonly RecordingEntry[];
  readonly damagedLines: number;
}
