/**
 * The contract between the analyzer and everything that shows its answer: terminal, page, CI. Types only.
 * `REPORT_VERSION` changes when a field changes its meaning or goes; new optional fields don't change it.
 */
export const REPORT_VERSION = 1;

export type Verdict = 'leak' | 'clean' | 'unknown';

export interface Report {
  readonly version: number;
  readonly verdict: Verdict;
  /** One sentence: the verdict as a person would say it. */
  readonly headline: string;
  /** Why the verdict is what it is, a sentence each; for `unknown` also what would settle it. */
  readonly reasons: readonly string[];
  /** Strongest first. Not empty only when the verdict is `leak`, or `unknown` (then they are suspects of low confidence). */
  readonly findings: readonly Finding[];
  readonly snapshots: readonly SnapshotSummary[];
  /** How memory went by the recording; null when only snapshot files were given. */
  readonly memory: MemoryTrend | null;
  readonly comparability: Comparability;
  readonly process: ProcessSummary | null;
  readonly elapsedMs: number;
}

export interface SnapshotSummary {
  readonly file: string;
  readonly fileBytes: number;
  /** Epoch milliseconds from the recording or the file's modification time; null when unknown. */
  readonly takenAt: number | null;
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Sum of all self sizes. */
  readonly heapBytes: number;
}

export interface ProcessSummary {
  readonly pid: number;
  readonly threadId: number;
  readonly script: string;
  readonly nodeVersion: string;
  readonly heapLimitBytes: number;
}

/**
 * same-lineage: node ids mean the same object in all snapshots. same-program: ids don't, access paths do (a forked
 * snapshot, or an inspector that disconnected). different: snapshots of different programs, nothing is compared.
 */
export type ComparabilityKind = 'single' | 'same-lineage' | 'same-program' | 'different';

export interface Comparability {
  readonly kind: ComparabilityKind;
  /** Of same-program: the recording proves that one process took them all, so that what access paths say of growth holds. */
  readonly isOneProcess?: true;
  readonly sentence: string;
  /** True when the files had been given in another order than they were taken. */
  readonly reordered: boolean;
}

export interface MemoryTrend {
  readonly durationMs: number;
  readonly majorCollections: number;
  /** Robust slope of the heap floor after major collections; null when there are too few of them. */
  readonly floorBytesPerMinute: number | null;
  readonly rssBytesPerMinute: number | null;
  readonly externalBytesPerMinute: number | null;
  /** Milliseconds from the end of the recording until the heap limit at this slope; null when not growing. */
  readonly timeToHeapLimitMs: number | null;
}

/**
 * What is leaking, by what fills it or how it is held; the first that fits, in the order of analyzer/detectors/index.ts.
 * cache: entries found again by a key (Map, object used as dictionary). global: a list or set that a module or the
 * global object holds. collection: one that some other object holds. growth: a leak of no known kind.
 */
export type FindingKind =
  | 'listener'
  | 'timer'
  | 'promise'
  | 'async-context'
  | 'closure'
  | 'cache'
  | 'global'
  | 'collection'
  | 'stream'
  | 'handle'
  | 'buffer'
  | 'module'
  | 'code'
  | 'string'
  | 'error'
  | 'native'
  | 'growth';

export interface Finding {
  readonly kind: FindingKind;
  /** What a person would call it: "Map `sessions` in src/session-store.js:12 grows without bound". */
  readonly title: string;
  readonly confidence: Confidence;
  /** Survives rebuilds, machines and Node versions: free of ids, sizes, lines and times. */
  readonly fingerprint: string;
  readonly culprit: Culprit;
  readonly growth: Growth;
  /** Root first; the last element is a retained object. */
  readonly trace: readonly TraceElement[];
  readonly fix: string;
  readonly evidence: readonly string[];
  /** Fingerprints of findings that share the start of their trace with this one. */
  readonly related: readonly string[];
  /** The leak as others have met it, when the culprit's package has it in this version. */
  readonly knownLeak?: KnownLeak;
  /** Who allocated what is held, the largest share first; where a heap profile was recorded, and it tells. */
  readonly allocatedBy?: readonly Allocation[];
}

/** A function whose allocations are still alive. */
export interface Allocation {
  /** As a person would call it, `callback of map in load`; empty for one that has no name at all. */
  readonly functionName: string;
  readonly location: SourceLocation;
  /** Estimated from samples: allocated since the first snapshot and alive at the last profile. */
  readonly bytes: number;
  /** 0..1 of what the profile shows to be allocated for the finding. */
  readonly share: number;
}

/** A leak of a published package that is known, from leakwatch's list or the project's own. */
export interface KnownLeak {
  readonly package: string;
  /** Versions that have it, as npm writes ranges. */
  readonly affected: string;
  /** What happens, in a sentence without a full stop. */
  readonly summary: string;
  /** The first version without it; null when there is none yet. */
  readonly fixedIn: string | null;
  /** Where it is told. */
  readonly url: string;
}

export interface Confidence {
  readonly level: 'high' | 'medium' | 'low';
  /** 0..1 */
  readonly score: number;
  readonly reasons: readonly string[];
  /** What would raise it; empty when nothing would. */
  readonly missing: readonly string[];
}

export interface Culprit {
  /** The holder in the words of the code: `sessions`, `SessionStore.sessions`, `bus 'change' listeners`. */
  readonly name: string;
  /** Class of the object that holds it, when there is one. */
  readonly className: string | null;
  /** Property, variable or event through which it is held. */
  readonly property: string | null;
  /** What the holder is: `Map`, `Set`, `Array`, `Object`, `EventEmitter`, `Timeout`, … */
  readonly container: string;
  readonly package: PackageName | null;
  readonly location: SourceLocation | null;
  /** The place in the file that runs, when a source map led from it to `location`. */
  readonly generated?: SourceLocation;
  /** Other places that matter: where it is added, which function captures. Strongest first. */
  readonly sites: readonly Site[];
}

/** `application` and `node` are not packages. */
export interface PackageName {
  readonly name: string;
  readonly version: string | null;
}

export interface SourceLocation {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

export interface Site {
  readonly role: 'added' | 'created' | 'captured' | 'declared';
  readonly what: string;
  readonly location: SourceLocation;
}

export interface Growth {
  /** What fills it, in words: "session objects `{id, user, at}`". */
  readonly what: string;
  /** Per snapshot, oldest first. */
  readonly objects: readonly number[];
  /** Per snapshot: bytes held through the culprit. */
  readonly bytes: readonly number[];
  readonly objectsPerMinute: number | null;
  readonly bytesPerMinute: number | null;
  /** Per HTTP request answered between the first and the last snapshot; not there when few or none were. */
  readonly objectsPerRequest?: number;
  readonly bytesPerRequest?: number;
  /** Milliseconds after the last snapshot until this leak alone fills the heap; not there when the limit or the pace is unknown. */
  readonly timeToHeapLimitMs?: number;
  /**
   * Bytes of the last snapshot that come back if the culprit lets go of all that fills it: what nothing else keeps. Not there when
   * it was not worked out, as for all but the strongest findings.
   */
  readonly bytesFreed?: number;
  /** 0..1 of the heap's growth between first and last snapshot; null with one snapshot. */
  readonly shareOfHeapGrowth: number | null;
  /** 0..1 of the objects that came in an earlier window and are still there; null when ids don't tell. */
  readonly survival: number | null;
}

export interface TraceElement {
  /** "global", "module src/app.js", "SessionStore", "Map", … */
  readonly label: string;
  /** How the previous element holds this one: ".sessions", "variable store", "[*]", "listener 'change'". */
  readonly via: string;
  readonly status: 'expected' | 'suspect' | 'leaking';
  /** Why it is expected or not, when there is a reason. */
  readonly reason: string | null;
  readonly location: SourceLocation | null;
  /** Engine-internal steps folded into this one. */
  readonly foldedSteps: number;
}
