/** Says what kind of work a stall was. */
import type { Profiler } from 'node:inspector';

import type { StackFrame, StallCategory } from '../recording.ts';
import { COLLECTOR, QUEUES, type WeighedNode } from './weighed-nodes.ts';

// A collector that took half of the time is the cause, not the function it interrupted.
const GC_SHARE = 0.5;

// In a storm of microtasks the queue's own machinery shows; below one long task it takes nothing.
const MICROTASK_SHARE = 0.04;

/** A profile by its heaviest stack. */
export interface Weighed {
  readonly ofStack: StallCategory;
  readonly leaf: WeighedNode | undefined;
  readonly nodes: readonly WeighedNode[];
  readonly stack: readonly StackFrame[];
}

/** What the heaviest stack says, unless the whole profile knows better. */
export function categoryOfAll(
  { ofStack, leaf, nodes, stack }: Weighed,
  profile: Profiler.Profile,
): StallCategory {
  if (isCollecting(nodes)) return 'gc';
  if (ofStack !== 'cpu') return ofStack;
  if (leaf !== undefined && isNativeCall(leaf, profile)) return 'native';
  return isStorm(nodes, stack) ? 'microtasks' : 'cpu';
}

/** Whether one call into Node or an addon took most of the time: a function without a file, seen without a break. */
function isNativeCall({ id, name, frame }: WeighedNode, { samples = [] }: Profiler.Profile): boolean {
  if (frame.file !== '' || name === '' || name.startsWith('RegExp:')) return false;
  let longest = 0;
  let current = 0;
  for (const sample of samples) {
    current = sample === id ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest > samples.length / 2;
}

function isCollecting(nodes: readonly WeighedNode[]): boolean {
  return shareOf(nodes, [COLLECTOR]) > GC_SHARE;
}

/** Whether the queue of microtasks kept the thread, whoever was on top. */
function isStorm(nodes: readonly WeighedNode[], stack: readonly StackFrame[]): boolean {
  const isFromQueue = QUEUES.has(stack.findLast((frame) => !isApplication(frame))?.functionName ?? '');
  if (stack.length === 0 || !(isFromQueue || isApplication(stack[stack.length - 1]))) return false;
  return shareOf(nodes, ['(program)', ...QUEUES]) > MICROTASK_SHARE;
}

function shareOf(nodes: readonly WeighedNode[], names: readonly string[]): number {
  const micros = (of: (node: WeighedNode) => boolean) =>
    nodes.reduce((sum, node) => (of(node) ? sum + node.selfMicros : sum), 0);
  return micros(({ name }) => names.includes(name)) / micros(({ name }) => name !== '(idle)');
}

/** What the stack says, innermost frames first, and failing that the culprit's line. */
export function categoryOf(
  stack: readonly StackFrame[],
  culprit: StackFrame | null,
  source: string,
): StallCategory {
  if (stack.length === 0) return 'unknown';
  const inner = culprit === null ? stack : stack.slice(0, stack.indexOf(culprit));
  if (inner.some(isSynchronousIo)) return 'sync-io';
  if (inner.some(({ functionName }) => functionName.startsWith('RegExp:'))) return 'regexp';
  if (inner.length > 0) return inner.some(isSynchronousCall) ? 'native' : 'cpu';
  if (/\bJSON\s*\.\s*(parse|stringify)\s*\(/.test(source)) return 'json';
  if (/\b(structuredClone|Atomics\s*\.\s*wait)\s*\(/.test(source)) return 'native';
  return /\.(test|exec|match|matchAll|search|((replace|replaceAll|split)(?=\s*\(\s*[^\s'"`])))\s*\(/.test(
    source,
  )
    ? 'regexp'
    : 'cpu';
}

/** Whether it is Node's own and waits for the file system or a process. */
export function isSynchronousIo(frame: StackFrame): boolean {
  return isSynchronousCall(frame) && /^node:(internal\/)?(fs|child_process)/.test(frame.file);
}

/** Whether it is Node's own and waits for native work; they are named so: pbkdf2Sync, gzipSync, readFileSync. */
export function isSynchronousCall({ functionName, file }: StackFrame): boolean {
  return file.startsWith('node:') && functionName.endsWith('Sync');
}

/** Whether it is a function of the application, or of a package that it uses. */
export function isApplication({ file }: StackFrame): boolean {
  return file !== '' && !file.startsWith('node:');
}
