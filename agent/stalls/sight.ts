/** What was seen of the main thread, as a culprit. */
import { readFileSync, statSync } from '../primordials.ts';
import {
  culpritOf,
  culpritOfStack,
  within,
  type Culprit,
  type ProfileWindow,
  type ReadSource,
} from './culprit.ts';
import { frameOf } from './call-sites.ts';
import type { Sight } from './main-thread-profiler.ts';
import { culpritOfNativeCall, type ReadLines } from './native-call.ts';
import { workingSamples } from './weighed-nodes.ts';

export const NOT_SEEN: Culprit = { category: 'unknown', culprit: null, stack: [] };
export const STARVED: Culprit = { ...NOT_SEEN, category: 'starved' };

/** @param window the stall; null when it was over before V8 listened */
export function culpritIn({ profile, sitesAtStart }: Sight, window: ProfileWindow | null): Culprit {
  const readLines = linesReader();
  if (window === null) return culpritOfNativeCall(sitesAtStart, readLines);
  const stack = sitesAtStart.map(frameOf);
  const readSource: ReadSource = (file, line) => readLines(file)[line - 1] ?? '';
  if (profile !== null) return culpritOf(within(profile, window), stack, readSource);
  return stack.length === 0 ? NOT_SEEN : culpritOfStack(stack, readSource);
}

/** How much of a stall its profile shows, in milliseconds. */
export function shownMs({ profile }: Sight, window: ProfileWindow, samplingMs: number): number {
  return profile === null ? 0 : workingSamples(within(profile, window)) * samplingMs;
}

/** Reads each file once. */
function linesReader(): ReadLines {
  const linesByFile = new Map<string, readonly string[]>();
  return (file) => {
    const lines = linesByFile.get(file) ?? linesOf(file);
    linesByFile.set(file, lines);
    return lines;
  };
}

// The thread that reads has a heap of 32 MB.
const MAX_SOURCE_BYTES = 4_000_000;

function linesOf(file: string): readonly string[] {
  try {
    if (statSync(file).size > MAX_SOURCE_BYTES) return [];
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
