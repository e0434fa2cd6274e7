/** Says from a CPU profile taken during a stall what it was and which function of the application it came from. */
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';

import type { StackFrame, StallCategory } from '../recording.ts';

export interface Culprit {
  readonly category: StallCategory;
  readonly culprit: StackFrame | null;
  /** Innermost first. */
  readonly stack: readonly StackFrame[];
}

/** The text of a source file's line, 1-based; empty when it cannot be read. */
export type ReadSource = (file: string, line: number) => string;

const MAX_STACK = 20;

// A collector that took half of the time is the cause, not the function it interrupted.
const GC_SHARE = 0.5;

// In a storm of microtasks the queue's own machinery shows; below one long task it takes nothing.
const MICROTASK_SHARE = 0.04;

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
  const category =
    sharedCategory(nodes, stack) ?? categoryOf(stack, culprit, sourceOfLine(culprit, readSource));
  return { category, culprit, stack: stack.slice(0, MAX_STACK) };
}

/**
 * What a native call was during which V8 answered nobody.
 * @param stack where the thread was when it answered at last: after the call, at the next one
 */
export function culpritOfNativeCall(stack: readonly StackFrame[], readSource: ReadSource): Culprit {
  const culprit = stack.find(isApplication) ?? null;
  const byStack = categoryOf(stack, culprit, sourceOfLine(culprit, readSource));
  const category = byStack === 'cpu' || byStack === 'regexp' ? 'native' : byStack;
  // When the next call was the application's, it need not have been made where the native one was.
  const isCertain = category !== 'native' || culprit !== stack[0];
  return { category, culprit: isCertain ? culprit : null, stack: stack.slice(0, MAX_STACK) };
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

/** How many samples found the thread in a function. */
export function workingSamples({ nodes, samples = [] }: Profiler.Profile): number {
  const working = new Set(
    nodes.filter(({ callFrame }) => !ENGINE.has(callFrame.functionName)).map(({ id }) => id),
  );
  return samples.filter((id) => working.has(id)).length;
}

interface WeighedNode {
  readonly id: number;
  readonly name: string;
  /** With the function's first line. */
  readonly frame: StackFrame;
  /** Hottest first. */
  readonly hotLines: readonly number[];
  parent: WeighedNode | null;
  selfMicros: number;
  /** Of the collector, while it interrupted this. */
  collectorMicros: number;
}

function weighedNodes(profile: Profiler.Profile): readonly WeighedNode[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, weighedNode(node)]));
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) byId.get(child)!.parent = byId.get(id) ?? null;
  }
  const micros = profile.timeDeltas ?? [];
  let working: WeighedNode | null = null;
  profile.samples?.forEach((id, index) => {
    const node = byId.get(id)!;
    node.selfMicros += micros[index] ?? 0;
    if (!ENGINE.has(node.name)) working = node;
    // The collector's stack cannot be read: it is taken to have interrupted what was seen just before.
    else if (node.name === COLLECTOR && working !== null) working.collectorMicros += micros[index] ?? 0;
  });
  return [...byId.values()];
}

function weighedNode({ id, callFrame, positionTicks = [] }: Profiler.ProfileNode): WeighedNode {
  const { functionName, url, lineNumber } = callFrame;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  const frame = { functionName, file, line: lineNumber + 1 };
  const hotLines = positionTicks.toSorted((a, b) => b.ticks - a.ticks).map(({ line }) => line);
  return { id, name: functionName, frame, hotLines, parent: null, selfMicros: 0, collectorMicros: 0 };
}

/** The frame with its hottest line. A function that V8 inlined leaves lines of its own file: those that cannot be are passed over. */
function hottestFrame({ frame, hotLines }: WeighedNode, readSource: ReadSource): StackFrame {
  const isReadable = readSource(frame.file, frame.line) !== '';
  const line = hotLines.find(
    (hot) => hot >= frame.line && (!isReadable || readSource(frame.file, hot) !== ''),
  );
  return { ...frame, line: line ?? frame.line };
}

/** What runs microtasks and process.nextTick; where V8 does so by itself, nobody is below the application. */
const QUEUES = new Set(['runMicrotasks', 'processTicksAndRejections', 'nextTick']);

const COLLECTOR = '(garbage collector)';
const ENGINE = new Set(['(root)', '(idle)', '(program)', COLLECTOR]);

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

function spentMicros({ selfMicros, collectorMicros }: WeighedNode): number {
  return selfMicros + collectorMicros;
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

function isApplication({ file }: StackFrame): boolean {
  return file !== '' && !file.startsWith('node:');
}

/** What the time of the whole profile says, whoever was on top. */
function sharedCategory(nodes: readonly WeighedNode[], stack: readonly StackFrame[]): StallCategory | null {
  const shareOf = (...names: readonly string[]) =>
    nodes.reduce((sum, node) => (names.includes(node.name) ? sum + node.selfMicros : sum), 0) / busyMicros;
  const busyMicros = nodes.reduce((sum, node) => (node.name === '(idle)' ? sum : sum + node.selfMicros), 0);
  if (shareOf(COLLECTOR) > GC_SHARE) return 'gc';
  const isFromQueue = QUEUES.has(stack.findLast((frame) => !isApplication(frame))?.functionName ?? '');
  const isStorm = shareOf('(program)', ...QUEUES) > MICROTASK_SHARE;
  return stack.length > 0 && (isFromQueue || isApplication(stack[stack.length - 1])) && isStorm
    ? 'microtasks'
    : null;
}

/**
 * The stack with the application's innermost function, when the profiler missed it: it gave the time of that function, and
 * of what Node did for it, to its caller. Null when it missed none.
 */
function withHidden(
  stackAtStart: readonly StackFrame[],
  profiled: readonly StackFrame[],
  nodes: readonly WeighedNode[],
): readonly StackFrame[] | null {
  const depth = stackAtStart.findIndex(isApplication);
  if (depth < 0 || nodes.some(({ frame }) => isSameFunction(frame, stackAtStart[depth]))) return null;
  if (profiled.length === 0) return stackAtStart;
  const callers = stackAtStart.slice(depth);
  const shared = profiled.findIndex((frame) => callers.some((caller) => isSameFunction(caller, frame)));
  if (shared < 0 || profiled.slice(0, shared).some(isApplication)) return null;
  return [...profiled.slice(0, shared), ...callers];
}

function isSameFunction(a: StackFrame, b: StackFrame): boolean {
  return a.functionName === b.functionName && a.file === b.file;
}

function sourceOfLine(culprit: StackFrame | null, readSource: ReadSource): string {
  return culprit === null ? '' : readSource(culprit.file, culprit.line);
}

/** What the stack says, innermost frames first, and failing that the culprit's line. */
function categoryOf(stack: readonly StackFrame[], culprit: StackFrame | null, source: string): StallCategory {
  if (stack.length === 0) return 'unknown';
  const inner = culprit === null ? stack : stack.slice(0, stack.indexOf(culprit));
  if (inner.some(isSynchronousIo)) return 'sync-io';
  if (inner.some(({ functionName }) => functionName.startsWith('RegExp:'))) return 'regexp';
  if (inner.length > 0) return inner.some(isSynchronousCall) ? 'native' : 'cpu';
  if (/\bJSON\s*\.\s*(parse|stringify)\s*\(/.test(source)) return 'json';
  return /\.(test|exec|match|matchAll|replace|replaceAll|search|split)\s*\(/.test(source) ? 'regexp' : 'cpu';
}

function isSynchronousIo(frame: StackFrame): boolean {
  return isSynchronousCall(frame) && /^node:(internal\/)?(fs|child_process)/.test(frame.file);
}

/** Node names its functions that wait for native work so: pbkdf2Sync, gzipSync, readFileSync. */
function isSynchronousCall({ functionName, file }: StackFrame): boolean {
  return file.startsWith('node:') && functionName.endsWith('Sync');
}
