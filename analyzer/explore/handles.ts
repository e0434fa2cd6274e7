import { HANDLE_CLASSES } from '../detectors/handle.ts';
import type { Exploration } from './exploration.ts';
import { groupedByHolder } from './groups-by-holder.ts';
import type { ObjectName } from './object-name.ts';
import { contains } from './select-nodes.ts';

/** Sockets, servers, files, watchers, ports and workers of one class that are held in the same way. */
export interface HandleRow {
  readonly className: string;
  readonly handleCount: number;
  /** Those that still refer to what the system has open; null for classes of which a snapshot does not tell. */
  readonly openCount: number | null;
  readonly retainedBytes: number;
  /** One of them. */
  readonly handleId: number;
  readonly name: ObjectName;
}

/** The properties by which Node's classes refer to the system's side; null or gone once it is closed. */
const NATIVE_SIDES: readonly string[] = ['_handle', '<symbol kHandle>', '<symbol handle>'];

/**
 * All objects that stand for something open in the system, most of one kind first.
 * @param match part of the class or the holder's name; empty for all
 */
export function handles(exploration: Exploration, match: string): readonly HandleRow[] {
  const { graph, retained } = exploration;
  const object = graph.nodeTypeNames.indexOf('object');
  const wanted = new Set([...HANDLE_CLASSES].map((name) => graph.strings.indexOf(name)));
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeType[node] === object && wanted.has(graph.nodeName[node]) && isInstance(exploration, node))
      nodes.push(node);
  return groupedByHolder(exploration, nodes)
    .map(({ className, nodes: group, name }): HandleRow => {
      const sides = group.map((node) => isOpen(exploration, node));
      return {
        className,
        handleCount: group.length,
        openCount: sides.every((side) => side === undefined) ? null : sides.filter(Boolean).length,
        retainedBytes: group.reduce((bytes, node) => bytes + retained[node], 0),
        handleId: graph.nodeId[group[0]],
        name,
      };
    })
    .filter((row) => contains(row.className, match) || contains(row.name.name, match))
    .toSorted((one, other) => other.handleCount - one.handleCount || other.retainedBytes - one.retainedBytes);
}

/** Whether it is open; undefined when no such property is there. */
function isOpen({ graph, view }: Exploration, node: number): boolean | undefined {
  const side = NATIVE_SIDES.map((name) => view.property(node, name)).find((target) => target !== -1);
  return side === undefined ? undefined : graph.nodeTypeNames[graph.nodeType[side]] === 'object';
}

/** A class's prototype has the class's name, too, and its methods as own properties. */
function isInstance({ view }: Exploration, node: number): boolean {
  const made = view.property(node, 'constructor');
  return made === -1 || !view.isClosure(made);
}
