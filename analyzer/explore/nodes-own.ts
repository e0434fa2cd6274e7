import { isElementLabel, nameOf } from '../detectors/facts.ts';
import { NONE } from '../heap/graph.ts';
import { isNodeScript } from '../source/packages.ts';
import type { Exploration } from './exploration.ts';

/** What every realm has on its global object from the start: what hangs on these is not the program's. */
const BUILT_IN_GLOBALS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

const Owner = { unknown: 0, program: 1, node: 2 } as const;
type Owner = (typeof Owner)[keyof typeof Owner];

/**
 * Tells of objects whether they are part of Node itself: tables of its modules, of its loader, of the process. On the way from
 * such an object to the root some function or scope of Node's comes before anything of the program's. An instance of one of
 * Node's classes says nothing: the program makes such, too.
 */
export function nodesOwnTest(exploration: Exploration): (node: number) => boolean {
  const { graph, holding } = exploration;
  const known = new Uint8Array(graph.nodeCount); // NodeIndex -> Owner
  return (node) => {
    const way: number[] = [];
    let owner: Owner = Owner.unknown;
    let at = node;
    for (; at !== NONE && owner === Owner.unknown; at = holding.holder[at]) {
      way.push(at);
      owner = known[at] === Owner.unknown ? ownerAt(exploration, at) : (known[at] as Owner);
    }
    if (owner === Owner.unknown) owner = Owner.node; // nothing on the way is of the program's
    for (const passed of way) known[passed] = owner;
    return owner === Owner.node;
  };
}

/** Whose a step on the way is, as far as the step alone tells. */
function ownerAt({ view, scripts, holding, labels }: Exploration, node: number): Owner {
  const holder = holding.holder[node];
  if (holder === NONE) return Owner.unknown;
  const via = labels.text(holding.via[node]);
  if (view.className(holder).startsWith('global') && !view.isClosure(holder)) {
    return isBuiltIn(via) ? Owner.unknown : Owner.program;
  }
  if (via === '.exports' && view.className(holder) === 'Module') return Owner.program;
  const position = scripts.positionOf(view.isScope(node) ? scripts.closureIn(node) : node);
  if (position === null) return Owner.unknown;
  if (!isNodeScript(position.script)) return Owner.program;
  return view.isClosure(node) || view.isScope(node) ? Owner.node : Owner.unknown;
}

/** What V8 or Node put on the global object: by a name of theirs, or in no property at all. */
function isBuiltIn(via: string): boolean {
  const name = nameOf(via);
  return name === null
    ? !isElementLabel(via)
    : BUILT_IN_GLOBALS.has(name) || name.startsWith('<symbol node:');
}
