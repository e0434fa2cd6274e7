import { constants } from 'node:os';

import type { CaptureEngine } from './capture-engine.ts';
import { complain } from './complain.ts';
import { applicationEnvironment, type Environment } from './environment.ts';
import { SNAPSHOT_MODES, type SnapshotMode } from './recording.ts';
import type { Packing } from './snapshot-packing.ts';

/** How the agent behaves; every field can also be set by the environment variable named in its comment. */
export interface AgentOptions {
  /** LEAKWATCH_OFF=1 turns it off: nothing is started, nothing is written. */
  readonly enabled: boolean;
  /** LEAKWATCH_DIR. The run folder; null means `.leakwatch/<timestamp>-<pid>` under the working directory. */
  readonly runFolder: string | null;
  /** LEAKWATCH_INTERVAL_MS. Milliseconds between two samples. */
  readonly intervalMs: number;
  /** LEAKWATCH_STALL_MS. Blocks of the event loop from this many milliseconds on are recorded with what ran; 0 watches for none. */
  readonly stallMs: number;
  /** LEAKWATCH_SIGNAL. A snapshot is taken when the process receives it; null installs no handler. */
  readonly signal: NodeJS.Signals | null;
  /** LEAKWATCH_SNAPSHOT_EVERY, as in `90s`, `10m`, `2h`. Milliseconds between scheduled snapshots; 0 takes none. */
  readonly snapshotEveryMs: number;
  /** LEAKWATCH_SNAPSHOT_ON_GROWTH. Takes three snapshots when the heap's floor grows beyond what warm-up explains. */
  readonly snapshotOnGrowth: boolean;
  /** LEAKWATCH_SNAPSHOT_AT_HEAP_MB. Takes three snapshots from this size of the heap in use on; null takes none. */
  readonly snapshotAtHeapBytes: number | null;
  /** LEAKWATCH_SNAPSHOT_AT_RSS_MB. The same for the resident memory of the process. */
  readonly snapshotAtRssBytes: number | null;
  /** LEAKWATCH_SNAPSHOT_NEAR_LIMIT. The same from 80 % of the heap's limit on. */
  readonly snapshotNearHeapLimit: boolean;
  /** LEAKWATCH_SNAPSHOT_ON_SHUTDOWN. Takes one at SIGTERM, under PM2 at SIGINT too, before the application ends. */
  readonly snapshotOnShutdown: boolean;
  /** LEAKWATCH_HTTP_PORT. Takes one for `POST /snapshot` at this port of the loopback, 0 for any free one; null opens none. */
  readonly httpPort: number | null;
  /** LEAKWATCH_HTTP_TOKEN. What such a request must know, 16 characters or more. */
  readonly httpToken: string | null;
  /**
   * LEAKWATCH_SNAPSHOT_MODE. Who takes snapshots, see {@link SnapshotMode}; null: the process, and a copy of it only what
   * nobody asked for and would stop the loop for longer than `maxPauseMs`.
   */
  readonly snapshotMode: SnapshotMode | null;
  /** LEAKWATCH_CAPTURE_ENGINE. What takes snapshots in the process, see {@link CaptureEngine}. */
  readonly captureEngine: CaptureEngine;
  /** LEAKWATCH_SNAPSHOT_COMPRESS, `gzip` or `zstd`. Packs snapshots after they were taken; null leaves them as they are. */
  readonly snapshotCompress: Packing | null;
  /** LEAKWATCH_HEAP_PROFILE. Samples which call sites allocate what stays alive, and writes it down from time to time. */
  readonly heapProfile: boolean;
  /** LEAKWATCH_MAX_SNAPSHOTS. How many are kept for each thread: the first and the last ones. */
  readonly maxSnapshots: number;
  /** LEAKWATCH_MAX_PAUSE_MS. A snapshot nobody asked for never stops the loop for longer. */
  readonly maxPauseMs: number;
  /** LEAKWATCH_DISK_BUDGET_MB. What a run folder may grow to, snapshots included. */
  readonly diskBudgetBytes: number;
  /** LEAKWATCH_MEMORY_LIMIT_MB. The container's limit where the kernel does not tell it; null asks the kernel. */
  readonly memoryLimitBytes: number | null;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_OPTIONS: AgentOptions = {
  enabled: true,
  runFolder: null,
  intervalMs: 1000,
  stallMs: 100,
  signal: null,
  snapshotEveryMs: 0,
  snapshotOnGrowth: true,
  snapshotAtHeapBytes: null,
  snapshotAtRssBytes: null,
  snapshotNearHeapLimit: false,
  snapshotOnShutdown: false,
  httpPort: null,
  httpToken: null,
  snapshotMode: null,
  captureEngine: 'inspector',
  snapshotCompress: null,
  heapProfile: false,
  maxSnapshots: 5,
  maxPauseMs: 30_000,
  diskBudgetBytes: 4096 * MEBIBYTE,
  memoryLimitBytes: null,
};

/** Turns one variable's text into an option's value; undefined means that the text is not understood. */
interface Variable<T> {
  readonly expected: string;
  parse(text: string): T | undefined;
}

/**
 * The options the environment asks for, over the defaults. A value that is not understood is told on stderr in one
 * line and its default used, so that a typing error never stops an application.
 */
export function optionsFromEnvironment(environment: Environment = applicationEnvironment()): AgentOptions {
  const read = <T>(name: string, fallback: T, variable: Variable<T>): T => {
    const text = environment[name];
    if (text === undefined || text === '') return fallback;
    const value = variable.parse(text.trim());
    if (value !== undefined) return value;
    complain(`${name}=${text} is ignored: expected ${variable.expected}`);
    return fallback;
  };
  const defaults = DEFAULT_OPTIONS;
  return {
    enabled: !read('LEAKWATCH_OFF', false, SWITCH),
    runFolder: environment.LEAKWATCH_DIR || null,
    intervalMs: read('LEAKWATCH_INTERVAL_MS', defaults.intervalMs, integerBetween(10, 3_600_000)),
    stallMs: read('LEAKWATCH_STALL_MS', defaults.stallMs, STALL),
    signal: read('LEAKWATCH_SIGNAL', defaults.signal, SIGNAL),
    snapshotEveryMs: read('LEAKWATCH_SNAPSHOT_EVERY', defaults.snapshotEveryMs, DURATION),
    snapshotOnGrowth: read('LEAKWATCH_SNAPSHOT_ON_GROWTH', defaults.snapshotOnGrowth, SWITCH),
    snapshotAtHeapBytes: read<number | null>('LEAKWATCH_SNAPSHOT_AT_HEAP_MB', null, MEGABYTES),
    snapshotAtRssBytes: read<number | null>('LEAKWATCH_SNAPSHOT_AT_RSS_MB', null, MEGABYTES),
    snapshotNearHeapLimit: read('LEAKWATCH_SNAPSHOT_NEAR_LIMIT', false, SWITCH),
    snapshotOnShutdown: read('LEAKWATCH_SNAPSHOT_ON_SHUTDOWN', false, SWITCH),
    httpPort: read<number | null>('LEAKWATCH_HTTP_PORT', null, integerBetween(0, 65_535)),
    httpToken: environment.LEAKWATCH_HTTP_TOKEN || null,
    snapshotMode: read<SnapshotMode | null>('LEAKWATCH_SNAPSHOT_MODE', null, MODE),
    captureEngine: read('LEAKWATCH_CAPTURE_ENGINE', defaults.captureEngine, ENGINE),
    snapshotCompress: read<Packing | null>('LEAKWATCH_SNAPSHOT_COMPRESS', null, PACKING),
    heapProfile: read('LEAKWATCH_HEAP_PROFILE', false, SWITCH),
    maxSnapshots: read('LEAKWATCH_MAX_SNAPSHOTS', defaults.maxSnapshots, integerBetween(1, 1000)),
    maxPauseMs: read('LEAKWATCH_MAX_PAUSE_MS', defaults.maxPauseMs, integerBetween(1, 3_600_000)),
    diskBudgetBytes: read('LEAKWATCH_DISK_BUDGET_MB', defaults.diskBudgetBytes, MEGABYTES),
    memoryLimitBytes: read('LEAKWATCH_MEMORY_LIMIT_MB', defaults.memoryLimitBytes, MEGABYTES),
  };
}

/**
 * Options given in code over others. A number that is none, or is out of bounds, is told on stderr in one line and not used:
 * of the callers many write JavaScript, and an interval of NaN would sample without pause.
 */
export function withGivenOptions(options: AgentOptions, given: Partial<AgentOptions>): AgentOptions {
  const usable = Object.entries(given).filter(([name, value]) => {
    const expected = Object.hasOwn(GIVEN_NUMBERS, name) ? GIVEN_NUMBERS[name] : undefined;
    if (value === undefined) return false;
    if (expected === undefined || expected.parse(String(value)) !== undefined) return true;
    if (value === null && DEFAULT_OPTIONS[name as keyof AgentOptions] === null) return true;
    complain(`the option ${name} of ${String(value)} is ignored: expected ${expected.expected}`);
    return false;
  });
  return { ...options, ...Object.fromEntries(usable) };
}

const BYTES = integerBetween(1, Number.MAX_SAFE_INTEGER);

const ENGINE: Variable<CaptureEngine> = {
  expected: 'inspector or v8-profiler-next',
  parse: (text) => (text === 'inspector' || text === 'v8-profiler-next' ? text : undefined),
};

const PACKING: Variable<Packing | null> = {
  expected: hasZstd() ? 'gzip or zstd' : 'gzip (zstd needs Node 22.15)',
  parse: (text) => (text === 'gzip' || (text === 'zstd' && hasZstd()) ? text : undefined),
};

function hasZstd(): boolean {
  return 'zstd' in process.versions;
}

const SWITCH: Variable<boolean> = {
  expected: '1 or 0',
  parse(text) {
    if (/^(1|true|on|yes)$/i.test(text)) return true;
    return /^(0|false|off|no)$/i.test(text) ? false : undefined;
  },
};

// SIGKILL and SIGSTOP cannot be caught; SIGUSR1 opens Node's inspector.
const RESERVED_SIGNALS = ['SIGKILL', 'SIGSTOP', 'SIGUSR1'];

const SIGNAL: Variable<NodeJS.Signals | null> = {
  expected: 'a signal such as SIGUSR2 that a process can catch',
  parse: (text) => (isCatchableSignal(text) ? text : undefined),
};

function isCatchableSignal(text: string): text is NodeJS.Signals {
  return Object.hasOwn(constants.signals, text) && !RESERVED_SIGNALS.includes(text);
}

const MODE: Variable<SnapshotMode> = {
  expected: SNAPSHOT_MODES.join(', '),
  parse: (text) => SNAPSHOT_MODES.find((mode) => mode === text),
};

const STALL: Variable<number> = {
  expected: '0, or a whole number from 20 to 60000',
  parse: (text) => (text === '0' ? 0 : integerBetween(20, 60_000).parse(text)),
};

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const DURATION: Variable<number> = {
  expected: 'a duration such as 90s, 10m or 2h',
  parse(text) {
    const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
    return match ? Number(match[1]) * MS_PER_UNIT[match[2]] : undefined;
  },
};

const MEGABYTES: Variable<number> = {
  expected: 'a number of megabytes from 1 to 1000000',
  parse(text) {
    const megabytes = integerBetween(1, 1_000_000).parse(text);
    return megabytes === undefined ? undefined : megabytes * MEBIBYTE;
  },
};

function integerBetween(least: number, most: number): Variable<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    parse(text) {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
  };
}

const GIVEN_NUMBERS: Readonly<Record<string, Variable<number>>> = {
  intervalMs: integerBetween(10, 3_600_000),
  stallMs: STALL,
  snapshotEveryMs: integerBetween(0, Number.MAX_SAFE_INTEGER),
  snapshotAtHeapBytes: BYTES,
  snapshotAtRssBytes: BYTES,
  httpPort: integerBetween(0, 65_535),
  maxSnapshots: integerBetween(1, 1000),
  maxPauseMs: integerBetween(1, 3_600_000),
  diskBudgetBytes: BYTES,
  memoryLimitBytes: BYTES,
};
