import type { HeapGraph } from '../heap/graph.ts';

/** How early a reference is followed when the shortest path is looked for; a higher rank only when nothing lower is left. */
export const Rank = { normal: 0, detour: 1, native: 2, handle: 3, accident: 4 } as const;
export const RANKS = 5;

const ACCIDENTAL_ROOTS: ReadonlySet<string> = new Set([
  '(Stack roots)',
  '(Handle scope)',
  '(Relocatable)',
  '(Compilation cache)',
  '(Debugger)',
  '(Thread manager)',
  '(Weak collections)',
  '(Internalized strings)',
  '(External strings)',
  '(Startup object cache)',
  '(Read-only object cache)',
  '(Shareable object cache)',
  '(Read-only roots)',
  '(Builtins)',
  '(Retain maps)',
  '(Write barrier)',
  '(Unknown)',
]);

/**
 * Handles that keep themselves alive while they are open. Who opened them is the better answer, so whatever else the program
 * holds comes first; a server is not among them, because the program often hangs off nothing but its server.
 */
const LEAF_HANDLE = /^Node \/ (?!.*Server)(.*Wrap|MessagePort|Worker|FileHandle|.*Stream|.*Session|.*Req)$/;

/** The root and V8's "(…)" categories below it; a synthetic "Node / …" is an object of Node's C++ side. */
export function isRootCategory(graph: HeapGraph, node: number): boolean {
  if (node === 0) return true;
  const name = graph.strings.get(graph.nodeName[node]);
  return name.startsWith('(') || name.startsWith('C++ ');
}

/** V8's own tables and accidents among the roots: what grows directly below them is none of the program's doing. */
export const isEngineRoot = (className: string) => ACCIDENTAL_ROOTS.has(className);

/** The rank of what a root of this name holds. */
export function rankOfRootName(name: string): number {
  if (ACCIDENTAL_ROOTS.has(name)) return Rank.accident;
  return name === '(Global handles)' || LEAF_HANDLE.test(name) ? Rank.handle : Rank.native;
}
