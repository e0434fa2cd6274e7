/** Says from a CPU profile taken during a stall what it was and which function of the application it came from. */
import type { Profiler } from 'node:inspector';

import type { StackFrame, StallCategory } from '../recording.ts';
import { categoryOf, categoryOfAll, isApplication } from './category.ts';
import { ENGINE, QUEUES, spentMicros, weighedNodes, type WeighedNode } from './weighed-nodes.ts';

export interface Culprit {
  readonly category: StallCategory;
  readonly culprit: StackFrame | null;
  /** Innermost first. */
  readonly stack: readonly StackFrame[];
  /** The culprit called what it was, but another function in between may have been passed over. */
  readonly isGuess?: true;
}

/** The text of a source file's line, 1-based; empty when it cannot be read. */
export type ReadSource = (file: string, line: number) => string;

/** More frames of a stack are not recorded. */
export const MAX_STACK = 20;

/**
 * What the time of a profile went to.
 * @param stackAtStart where the thread was when the profile began: the first sample's stack, with what the profiler
 *   does not know
 */
export function culpritOf(
  profile: Profiler.Profile,
  stackAtStart: readonly StackFrame[],
  readSource: ReadSource,
): Culprit {
  const nodes = weighedNodes(profile);
  const leaf = heaviestLeaf(nodes);
  const profiled = leaf === undefined ? [] : stackOf(leaf, readSource);
  const stack =
    withHidden(stackAtStart, profiled, nodes) ??
    profiled.map((frame, depth) => atItsCall(frame, profiled[depth - 1], stackAtStart, readSource));
  const culprit = stack.find(isApplication) ?? null;
  const ofStack = categoryOf(stack, culprit, sourceOfLine(culprit, readSource));
  return {
    category: categoryOfAll({ ofStack, leaf, nodes, stack }, profile),
    culprit,
    stack: stack.slice(0, MAX_STACK),
  };
}

/** What a stall was of which one stack is known, taken while it lasted. */
export function culpritOfStack(stack: readonly StackFrame[], readSource: ReadSource): Culprit {
  const culprit = stack.find(isApplication) ?? null;
  const category = categoryOf(stack, culprit, sourceOfLine(culprit, readSource));
  return { category, culprit, stack: stack.slice(0, MAX_STACK) };
}

/** Times of a profile's own clock. */
export interface ProfileWindow {
  readonly fromMicros: number;
  readonly toMicros: number;
}

/** The profile with the samples of a window alone. */
export function within(profile: Profiler.Profile, { fromMicros, toMicros }: ProfileWindow): Profiler.Profile {
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let micros = profile.startTime;
  profile.samples?.forEach((sample, index) => {
    const delta = profile.timeDeltas?.[index] ?? 0;
    micros += delta;
    if (micros < fromMicros || micros > toMicros) return;
    samples.push(sample);
    timeDeltas.push(delta);
  });
  return { ...profile, samples, timeDeltas };
}

/** The frame with its hottest line. A function that V8 inlined leaves lines of its own file: those that cannot be are passed over. */
function hottestFrame({ frame, hotLines }: WeighedNode, readSource: ReadSource): StackFrame {
  const isReadable = readSource(frame.file, frame.line) !== '';
  const line = hotLines.find(
    (hot) => hot >= frame.line && (!isReadable || readSource(frame.file, hot) !== ''),
  );
  return { ...frame, line: line ?? frame.line };
}

/** The node with the most time of its own below the application's function that most time went to. */
function heaviestLeaf(nodes: readonly WeighedNode[]): WeighedNode | undefined {
  const working = nodes.filter(
    ({ name, selfMicros }) => selfMicros > 0 && !ENGINE.has(name) && !QUEUES.has(name),
  );
  const microsByFunction = new Map<string, number>();
  for (const node of working) {
    const key = functionKey(node);
    microsByFunction.set(key, (microsByFunction.get(key) ?? 0) + spentMicros(node));
  }
  return working.toSorted(
    (a, b) =>
      microsByFunction.get(functionKey(b))! - microsByFunction.get(functionKey(a))! ||
      spentMicros(b) - spentMicros(a),
  )[0];
}

/** The application's function a node belongs to: its own, or the nearest one that called it. */
function functionKey(node: WeighedNode): string {
  for (let caller: WeighedNode | null = node; caller !== null; caller = caller.parent) {
    if (isApplication(caller.frame)) return `${caller.frame.functionName} ${caller.frame.file}`;
  }
  return node.name;
}

function stackOf(leaf: WeighedNode, readSource: ReadSource): readonly StackFrame[] {
  const stack: StackFrame[] = [];
  for (let node: WeighedNode | null = leaf; node !== null; node = node.parent) {
    if (!ENGINE.has(node.name)) stack.push(hottestFrame(node, readSource));
  }
  return stack;
}

/**
 * The frame at the line on which it called the inner one: the profiler knows where a function spent its own time, and for
 * one that had others work for it only where it begins.
 */
function atItsCall(
  frame: StackFrame,
  inner: StackFrame | undefined,
  stackAtStart: readonly StackFrame[],
  readSource: ReadSource,
): StackFrame {
  if (inner === undefined || !isApplication(frame)) return frame;
  const depth = stackAtStart.findIndex((started) => isSameFunction(started, frame));
  if (depth > 0 && isSameFunction(stackAtStart[depth - 1], inner))
    return { ...frame, line: stackAtStart[depth].line };
  return { ...frame, line: lineOfCall(frame, inner.functionName, readSource) ?? frame.line };
}

// Longer functions have no only call that could be meant.
const MAX_FUNCTION_LINES = 200;

/** The line of the only call by this name from the frame's line on, within its function as it is indented; null when there is none or several. */
function lineOfCall(frame: StackFrame, name: string, readSource: ReadSource): number | null {
  if (name === '') return null;
  const call = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\s*\\(`);
  const first = readSource(frame.file, frame.line);
  const indent = indentOf(first);
  const lines: number[] = [];
  for (let line = frame.line; line < frame.line + MAX_FUNCTION_LINES; line++) {
    const text = readSource(frame.file, line);
    if (line > frame.line && text.trim() !== '' && indentOf(text) <= indent) break;
    if (call.test(text) && !text.includes(`function ${name}`)) lines.push(line);
  }
  return lines.length === 1 ? lines[0] : null;
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/**
 * The stack with the application's innermost function, when the profiler missed it: it gave the time of that function, and
 * of what Node did for it, to its caller, at the line of the call. Null when it missed none.
 */
function withHidden(
  stackAtStart: readonly StackFrame[],
  profiled: readonly StackFrame[],
  nodes: readonly WeighedNode[],
): readonly StackFrame[] | null {
  const depth = stackAtStart.findIndex(isApplication);
  if (depth < 0) return null;
  const hidden = stackAtStart[depth];
  const isKnown = nodes.some(({ frame }) => isSameFunction(frame, hidden));
  if (profiled.length === 0) return isKnown ? null : stackAtStart;
  const callers = stackAtStart.slice(depth);
  const shared = profiled.findIndex((frame) => callers.some((caller) => isSameFunction(caller, frame)));
  if (shared < 0 || profiled.slice(0, shared).some(isApplication)) return null;
  if (isKnown && (shared > 0 || !isAtCallOf(hidden, profiled[0], callers[1], nodes))) return null;
  return [...profiled.slice(0, shared), ...callers];
}

// What V8 replaced while it ran is seen until then, and no more.
const MAX_SEEN_SHARE = 0.1;

/** Whether the time of a function was spent on the line where it calls another that hardly shows. */
function isAtCallOf(
  hidden: StackFrame,
  profiled: StackFrame,
  caller: StackFrame | undefined,
  nodes: readonly WeighedNode[],
): boolean {
  if (caller === undefined || !isSameFunction(caller, profiled) || caller.line !== profiled.line)
    return false;
  const microsOf = (of: StackFrame) =>
    nodes.reduce((sum, node) => (isSameFunction(node.frame, of) ? sum + spentMicros(node) : sum), 0);
  return microsOf(hidden) < MAX_SEEN_SHARE * microsOf(profiled);
}

function isSameFunction(a: StackFrame, b: StackFrame): boolean {
  return a.functionName === b.functionName && a.file === b.file;
}

function sourceOfLine(culprit: StackFrame | null, readSource: ReadSource): string {
  return culprit === null ? '' : readSource(culprit.file, culprit.line);
}
