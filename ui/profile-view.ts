import { fileURLToPath } from 'node:url';
import { PROFILE_SUFFIXES } from '../agent/recording.ts';
import type { StackFrame } from '../agent/recording.ts';
import { readText } from '../analyzer/open-file.ts';
import type { Frame, ProfileNode, ProfileView } from './api.ts';
import type { CodePlaces } from './code-places.ts';

const MAX_FILE_BYTES = 256 << 20;

/** A box narrower than that part of the whole could not be seen, even zoomed in a good deal. */
const SMALLEST_SHARE = 1 / 20_000;

/** Deeper calls are drawn as part of their caller. */
const MAX_DEPTH = 200;

export interface ProfileContext {
  readonly file: string;
  /** Only what a CPU profile saw between these two moments, in whole microseconds since it began. */
  readonly span?: { readonly from: number; readonly to: number };
  /** Where the processes of the run worked: only there sources are read. */
  readonly folders: readonly string[];
  readonly places: CodePlaces;
}

/** A tree while it is made. */
interface Call {
  readonly frame: Frame;
  start: number;
  value: number;
  readonly children: Call[];
}

/** Reads a `.cpuprofile` or `.heapprofile`. Rejects with a sentence when it is none. */
export async function readProfile(path: string, context: ProfileContext): Promise<ProfileView> {
  const text = await readText(path, MAX_FILE_BYTES);
  if (text === null)
    throw new Error(`${context.file} is too large to be shown; Chrome DevTools may open it.`);
  const profile = parsed(text);
  const isHeap = context.file.endsWith(PROFILE_SUFFIXES.heap);
  try {
    return isHeap
      ? await heapView(profile as unknown as HeapProfile, context)
      : await cpuView(profile as unknown as CpuProfile, context);
  } catch {
    throw new Error(`${context.file} is no profile, or a damaged one.`);
  }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // told below
  }
  throw new Error('The file is not JSON, so it is no profile.');
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** What V8 writes; see Profiler.Profile of the inspector's protocol. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface HeapProfileNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapProfileNode[];
}

interface HeapProfile {
  readonly head: HeapProfileNode;
}

async function cpuView(
  { nodes, samples, timeDeltas }: CpuProfile,
  context: ProfileContext,
): Promise<ProfileView> {
  const frames = await framesOf(
    nodes.map(({ callFrame }) => callFrame),
    context,
  );
  const frameById = new Map(nodes.map(({ id }, i) => [id, frames[i]]));
  const parentById = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const stackById = new Map<number, readonly Frame[]>();
  const stackOf = (id: number): readonly Frame[] => {
    let stack = stackById.get(id);
    if (!stack) {
      const ids = [];
      for (let at: number | undefined = id; at !== undefined; at = parentById.get(at)) ids.unshift(at);
      stack = ids
        .slice(1, MAX_DEPTH)
        .map((one) => frameById.get(one)!)
        .filter(isBusy);
      stackById.set(id, stack);
    }
    return stack;
  };
  const inOrder = emptyRoot('the profile');
  const merged = emptyRoot('all calls');
  const { from, to } = context.span ?? { from: 0, to: Infinity };
  let passed = timeDeltas[0] ?? 0; // the first sample came so long after the beginning
  let at = 0;
  for (const [i, id] of samples.entries()) {
    const since = passed;
    passed += Math.max(0, timeDeltas[i + 1] ?? timeDeltas[i] ?? 0);
    const micros = Math.min(passed, to) - Math.max(since, from);
    if (micros <= 0) continue;
    addInOrder(inOrder, stackOf(id), at, micros);
    addMerged(merged, stackOf(id), micros);
    at += micros;
  }
  inOrder.value = at;
  merged.value = at;
  arrange(merged);
  const smallest = at * SMALLEST_SHARE;
  return {
    kind: 'cpu',
    file: context.file,
    total: at,
    inOrder: visible(inOrder, smallest),
    merged: visible(merged, smallest),
  };
}

async function heapView({ head }: HeapProfile, context: ProfileContext): Promise<ProfileView> {
  const calls: HeapProfileNode[] = [];
  for (const waiting = [head]; waiting.length > 0;) {
    const node = waiting.pop()!;
    calls.push(node);
    waiting.push(...node.children);
  }
  const frames = await framesOf(
    calls.map(({ callFrame }) => callFrame),
    context,
  );
  const callByNode = new Map(
    calls.map((node, i): [HeapProfileNode, Call] => [
      node,
      { frame: frames[i], start: 0, value: node.selfSize, children: [] },
    ]),
  );
  for (const node of calls.toReversed()) {
    const call = callByNode.get(node)!;
    for (const child of node.children) {
      call.children.push(callByNode.get(child)!);
      call.value += callByNode.get(child)!.value;
    }
  }
  const root: Call = {
    ...callByNode.get(head)!,
    frame: { functionName: 'all that is alive', file: '', line: 0 },
  };
  arrange(root);
  return {
    kind: 'heap',
    file: context.file,
    total: root.value,
    inOrder: null,
    merged: visible(root, root.value * SMALLEST_SHARE),
  };
}

async function framesOf(calls: readonly CallFrame[], { folders, places }: ProfileContext): Promise<Frame[]> {
  const folder = folders[0] ?? '/';
  return Promise.all(calls.map((call) => places.frame(stackFrame(call), folder)));
}

function stackFrame({ functionName, url, lineNumber }: CallFrame): StackFrame {
  return { functionName, file: url.startsWith('file:') ? fileURLToPath(url) : url, line: lineNumber + 1 };
}

/** Idle time is a gap between calls. */
function isBusy({ functionName, file }: Frame): boolean {
  return !(file === '' && (functionName === '(idle)' || functionName === '(root)'));
}

function emptyRoot(functionName: string): Call {
  return { frame: { functionName, file: '', line: 0 }, start: 0, value: 0, children: [] };
}

/** A call that goes on from the sample before is made longer, another one begins. */
function addInOrder(root: Call, stack: readonly Frame[], start: number, micros: number): void {
  let caller = root;
  for (const frame of stack) {
    let call = caller.children.at(-1);
    if (!call || call.start + call.value !== start || !isSame(call.frame, frame))
      caller.children.push((call = { frame, start, value: 0, children: [] }));
    call.value += micros;
    caller = call;
  }
}

function addMerged(root: Call, stack: readonly Frame[], micros: number): void {
  let caller = root;
  for (const frame of stack) {
    let call = caller.children.find((child) => isSame(child.frame, frame));
    if (!call) caller.children.push((call = { frame, start: 0, value: 0, children: [] }));
    call.value += micros;
    caller = call;
  }
}

function isSame(one: Frame, other: Frame): boolean {
  return (
    one === other ||
    (one.functionName === other.functionName && one.file === other.file && one.line === other.line)
  );
}

function arrange(root: Call): void {
  for (const waiting = [root]; waiting.length > 0;) {
    const call = waiting.pop()!;
    call.children.sort((one, other) => other.value - one.value);
    let { start } = call;
    for (const child of call.children) {
      child.start = start;
      start += child.value;
    }
    waiting.push(...call.children);
  }
}

function visible(call: Call, smallest: number): ProfileNode {
  return {
    ...call,
    children: call.children.filter(({ value }) => value >= smallest).map((child) => visible(child, smallest)),
  };
}
