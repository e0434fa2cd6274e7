/** What was seen of the main thread, as a culprit. */
import { readFileSync } from '../primordials.ts';
import {
  culpritOf,
  culpritOfNativeCall,
  culpritOfStack,
  within,
  workingSamples,
  type Culprit,
  type ProfileWindow,
  type ReadSource,
} from './culprit.ts';
import type { Sight } from './main-thread-profiler.ts';

export const NOT_SEEN: Culprit = { category: 'unknown', culprit: null, stack: [] };
export const STARVED: Culprit = { ...NOT_SEEN, category: 'starved' };

/** @param window the stall; null when it was over before V8 listened */
export function culpritIn({ profile, stackAtStart }: Sight, window: ProfileWindow | null): Culprit {
  if (window === null) return culpritOfNativeCall(stackAtStart, sourceReader());
  if (profile !== null) return culpritOf(within(profile, window), stackAtStart, sourceReader());
  return stackAtStart.length === 0 ? NOT_SEEN : culpritOfStack(stackAtStart, sourceReader());
}

/** How much of a stall its profile shows, in milliseconds. */
export function shownMs({ profile }: Sight, window: ProfileWindow, samplingMs: number): number {
  return profile === null ? 0 : workingSamples(within(profile, window)) * samplingMs;
}

/** Reads each file once. */
function sourceReader(): ReadSource {
  const linesByFile = new Map<string, readonly string[]>();
  return (file, line) => {
    const lines = linesByFile.get(file) ?? linesOf(file);
    linesByFile.set(file, lines);
    return lines[line - 1] ?? '';
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
