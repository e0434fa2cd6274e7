import type { ObjectView } from './object-view.ts';

const DESCRIPTOR_STRIDE = 3; // key, details, value

/**
 * Whether an object's field of this name, or that of an options object it holds, is plainly no limit: undefined, null, or a number
 * that is no small integer, as Infinity is none. V8 writes small integers nowhere, so a field that is not seen may be one.
 */
export function isLimitless(view: ObjectView, owner: number, limit: string): boolean {
  const { graph } = view;
  const { firstEdge, edgeTo, edgeType, edgeTypeNames, nodeType, nodeTypeNames } = graph;
  for (let edge = firstEdge[owner]; edge < firstEdge[owner + 1]; edge++) {
    const isNamed = ['property', 'context'].includes(edgeTypeNames[edgeType[edge]]);
    const to = edgeTo[edge];
    const isOptions = isNamed && nodeTypeNames[nodeType[to]] === 'object' && view.className(to) === 'Object';
    if (isOptions && fieldIsNoLimit(view, to, limit)) return true;
  }
  return fieldIsNoLimit(view, owner, limit);
}

const NOTHING: ReadonlySet<string> = new Set(['undefined', 'null', 'system / Oddball']);

function fieldIsNoLimit(view: ObjectView, node: number, limit: string): boolean {
  const target = fieldTarget(view, node, limit);
  if (target === -1) return false;
  const { nodeTypeNames, nodeType } = view.graph;
  if (nodeTypeNames[nodeType[target]] !== 'number') return NOTHING.has(view.className(target));
  return view.className(target) === 'heap number';
}

/** By an edge of the name; V8 leaves out the name of a number that it keeps in a box, and a small integer altogether. */
function fieldTarget(view: ObjectView, node: number, name: string): number {
  const { graph } = view;
  const { firstEdge, edgeTo, edgeType, edgeTypeNames, edgeName, strings, nodeType, nodeTypeNames } = graph;
  const unseen = new Set(fieldNames(view, node));
  const boxes: number[] = [];
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    const type = edgeTypeNames[edgeType[edge]];
    if (type === 'property' || type === 'context') {
      const text = strings.get(edgeName[edge]);
      if (text === name) return edgeTo[edge];
      unseen.delete(text);
    } else if (type === 'hidden' && nodeTypeNames[nodeType[edgeTo[edge]]] === 'number')
      boxes.push(edgeTo[edge]);
  }
  // where all that is unseen is in boxes, so is this one
  return unseen.has(name) && boxes.length === unseen.size ? boxes[0] : -1;
}

/** The names of an object's fields in the order of their slots, numbers included. */
function fieldNames(view: ObjectView, node: number): string[] {
  const shape = view.internal(node, 'map');
  const descriptors = shape === -1 ? -1 : view.internal(shape, 'descriptors');
  if (descriptors === -1) return [];
  const { firstEdge, edgeTo, edgeType, edgeTypeNames, edgeName, strings, nodeName } = view.graph;
  const names: string[] = [];
  for (let edge = firstEdge[descriptors]; edge < firstEdge[descriptors + 1]; edge++) {
    if (edgeTypeNames[edgeType[edge]] !== 'internal' || !view.isString(edgeTo[edge])) continue;
    const at = Number(strings.get(edgeName[edge]));
    if (at % DESCRIPTOR_STRIDE === 0) names[at / DESCRIPTOR_STRIDE] = strings.get(nodeName[edgeTo[edge]]);
  }
  return names;
}

const MAX_NESTED = 8; // objects within an entry; a cookie within a session

/**
 * Whether an entry of a collection carries a moment in time that may be this field: a number that is no small integer, which a
 * time in milliseconds never is, or a Date. V8 leaves out the names of such numbers. Null when the entry has no such field.
 */
export function carriesTime(view: ObjectView, entry: number, field: string | null): boolean | null {
  if (field !== null && fieldNames(view, entry).includes(field)) return holdsTime(view, entry);
  const { graph } = view;
  const { firstEdge, edgeTo, edgeType, edgeTypeNames, nodeType, nodeTypeNames } = graph;
  const nested: number[] = [];
  for (let edge = firstEdge[entry]; edge < firstEdge[entry + 1] && nested.length < MAX_NESTED; edge++) {
    const isField = edgeTypeNames[edgeType[edge]] === 'property';
    if (isField && nodeTypeNames[nodeType[edgeTo[edge]]] === 'object') nested.push(edgeTo[edge]);
  }
  return [entry, ...nested].some((node) => holdsTime(view, node)) || null;
}

/** Whether an object, or a table, refers to a number in a box or to a Date. */
export function holdsTime(view: ObjectView, node: number): boolean {
  const { firstEdge, edgeTo, nodeType, nodeTypeNames } = view.graph;
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    const to = edgeTo[edge];
    if (nodeTypeNames[nodeType[to]] === 'number' || view.className(to) === 'Date') return true;
  }
  return false;
}
