/** Says what a native call was during which V8 listened to nobody, by where the thread had got to when it did. */
import type { StackFrame, StallCategory } from '../recording.ts';
import { frameOf, isJustEntered, type CallSite } from './call-sites.ts';
import { isApplication, isSynchronousCall, isSynchronousIo } from './category.ts';
import { MAX_STACK, type Culprit } from './culprit.ts';
import { callsBefore, placeOfFunction, type Place, type WrittenCall } from './source-calls.ts';

/** The lines of a source file; none when it cannot be read. */
export type ReadLines = (file: string) => readonly string[];

/**
 * What a native call was that is over. V8 listens wherever a function begins or a loop comes round: since that has not
 * happened after the call, all functions on the stack were there while it lasted, but for one just entered. What returned
 * since is looked for in the source.
 * @param sites where the thread was when V8 listened
 */
export function culpritOfNativeCall(sites: readonly CallSite[], readLines: ReadLines): Culprit {
  const [latest] = sites;
  const isEntered =
    latest !== undefined &&
    isJustEntered(latest, isApplication(latest) ? (readLines(latest.file)[latest.line - 1] ?? '') : '');
  const callers = isEntered ? sites.slice(1) : sites;
  const depth = callers.findIndex(isApplication);
  const inner = depth < 0 ? callers : callers.slice(0, depth);
  const stack = callers.map(frameOf);
  const category = inner.some(isSynchronousIo) ? 'sync-io' : 'native';
  if (depth < 0) return { category, culprit: null, stack: [] };
  if (inner.some(isSynchronousCall))
    return { category, culprit: stack[depth], stack: stack.slice(0, MAX_STACK) };
  const caller = callers[depth];
  const stretch = { start: startOf(caller), end: caller };
  const seen = depth > 0 ? null : calledIn(stack[depth], stretch, readLines);
  const frames = seen === null ? stack : [...seen.frames, ...stack.slice(depth + 1)];
  return {
    category: seen?.category ?? 'native',
    culprit: seen?.frames[0] ?? stack[depth],
    stack: frames.slice(0, MAX_STACK),
    ...(seen?.isKnown !== true && { isGuess: true }),
  };
}

interface Called {
  readonly category: StallCategory;
  /** Down to the function that was asked for. */
  readonly frames: readonly StackFrame[];
  /** Whether what was called is a function of the engine or of Node. */
  readonly isKnown: boolean;
}

interface Stretch {
  readonly start: Place;
  readonly end: Place | null;
}

// Deeper, and it is another function's doing.
const MAX_DEPTH = 4;

/** The native call within a function's text, or within one of its file that it calls; null when there is no call at all. */
function calledIn(
  frame: StackFrame,
  { start, end }: Stretch,
  readLines: ReadLines,
  depth = 0,
): Called | null {
  const lines = readLines(frame.file);
  for (const call of callsBefore(lines, start, end)) {
    const own: StackFrame = { ...frame, line: call.line };
    const category = categoryOfCall(call);
    if (category !== null) return { category, frames: [own], isKnown: true };
    const name = localName(call);
    const place = name === null || depth === MAX_DEPTH ? null : placeOfFunction(lines, name);
    if (name === null || place === null) return { category: 'native', frames: [own], isKnown: false };
    const callee = { functionName: name, file: frame.file, line: place.line };
    const within = calledIn(callee, { start: place, end: null }, readLines, depth + 1);
    // A function that calls nothing is no native call.
    if (within !== null) return { ...within, frames: [...within.frames, own] };
  }
  return null;
}

function startOf({ startLine, startColumn }: CallSite): Place {
  return { line: startLine, column: startColumn };
}

const FILES_AND_PROCESSES =
  /(?:^|\.)(?:access|append|chmod|close|copy|cp|exec|exists|fsync|fstat|link|lstat|mkdir|mkdtemp|open|read|realpath|rename|rm|spawn|stat|symlink|truncate|unlink|write)\w*Sync$/;

/** Null when the name may be a function of the application. */
function categoryOfCall({ name }: WrittenCall): StallCategory | null {
  if (/^(?:globalThis\.)?JSON\.(?:parse|stringify)$/.test(name)) return 'json';
  if (FILES_AND_PROCESSES.test(name)) return 'sync-io';
  return /Sync$|^structuredClone$|^Atomics\.wait$|^Buffer\.\w+$/.test(name) ? 'native' : null;
}

/** The name of a function that may be written in the same file. */
function localName({ name }: WrittenCall): string | null {
  return /^(?:(?:this|exports|module\.exports)\.)?(?<local>[#\w$]+)$/.exec(name)?.groups?.local ?? null;
}
