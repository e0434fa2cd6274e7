import type { Frame } from '../api.ts';

/** Whose code a frame is: the application's, a package's, Node's or the engine's. */
export type CodeOwner = 'application' | 'package' | 'node' | 'engine';

/** A call and what it called, on an axis of the time (or whatever is measured) that went to it. */
export interface FlameNode {
  readonly name: string;
  /** `src/view.js:14`; empty for the engine's own. */
  readonly place: string;
  readonly owner: CodeOwner;
  start: number;
  value: number;
  readonly children: FlameNode[];
}

/** A stack, innermost frame first, and what it weighs. */
export interface WeighedStack {
  readonly stack: readonly Frame[];
  readonly weight: number;
}

/** All stacks as one tree: calls that agree from the outermost frame on are one node; those that weigh most come first. */
export function mergedStacks(name: string, stacks: readonly WeighedStack[]): FlameNode {
  const root: FlameNode = { name, place: '', owner: 'engine', start: 0, value: 0, children: [] };
  for (const { stack, weight } of stacks) {
    root.value += weight;
    let caller = root;
    for (const frame of stack.toReversed()) {
      caller = calleeOf(caller, frame);
      caller.value += weight;
    }
  }
  arrange(root);
  return root;
}

/** What a person calls the function. */
export function frameName({ functionName, file }: Frame): string {
  if (functionName !== '') return functionName;
  return file === '' ? '(engine)' : '(anonymous)';
}

export function placeOf({ file, line }: Frame): string {
  return file === '' ? '' : `${file}:${line}`;
}

export function ownerOf({ file }: Frame): CodeOwner {
  if (file === '') return 'engine';
  if (file.startsWith('node:')) return 'node';
  return /(^|[\\/])node_modules[\\/]/.test(file) ? 'package' : 'application';
}

/** What went to the node itself and not to what it called. */
export function selfValue({ value, children }: FlameNode): number {
  return value - children.reduce((sum, child) => sum + child.value, 0);
}

function calleeOf(caller: FlameNode, frame: Frame): FlameNode {
  const name = frameName(frame);
  const place = placeOf(frame);
  const known = caller.children.find((child) => child.name === name && isSamePlace(child, frame));
  if (known) return known;
  const callee: FlameNode = { name, place, owner: ownerOf(frame), start: 0, value: 0, children: [] };
  caller.children.push(callee);
  return callee;
}

/** Of Node's own functions, which people do not look up, the lines within them are not told apart. */
function isSamePlace({ place, owner }: FlameNode, frame: Frame): boolean {
  if (owner !== 'node' || frame.functionName === '') return place === placeOf(frame);
  return place.startsWith(`${frame.file}:`) && ownerOf(frame) === 'node';
}

function arrange(root: FlameNode): void {
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    node.children.sort((one, other) => other.value - one.value);
    let { start } = node;
    for (const child of node.children) {
      child.start = start;
      start += child.value;
    }
    waiting.push(...node.children);
  }
}
