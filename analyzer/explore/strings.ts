import { typeIndex } from '../heap/index.ts';
import { duplicateTexts } from './duplicates.ts';
import type { Exploration } from './exploration.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { MAX_PREVIEW, stringStart } from './object-row.ts';
import { pageOf } from './paging.ts';
import type { Page, Paging } from './paging.ts';
import { stringsWith } from './select-nodes.ts';

/** A text that is there more than once. */
export interface DuplicateRow {
  readonly text: string;
  readonly copies: number;
  /** Of one copy. */
  readonly bytes: number;
  /** Bytes that one copy instead of all would save. */
  readonly wasteBytes: number;
  /** Who holds one of them. */
  readonly name: ObjectName;
}

/** One string. */
export interface StringRow {
  readonly id: number;
  readonly text: string;
  readonly bytes: number;
  readonly name: ObjectName;
}

/** A large text of which only small parts are wanted: each part keeps the whole. */
export interface SlicedRow {
  /** The text that is kept. */
  readonly parentId: number;
  readonly text: string;
  readonly parentBytes: number;
  readonly sliceCount: number;
  /** One of the parts, and who holds it; where in the whole it begins the snapshot does not tell. */
  readonly sliceId: number;
  readonly name: ObjectName;
}

/** The largest waste first. */
export function duplicateStrings(
  exploration: Exploration,
  match: string,
  paging: Paging,
): Page<DuplicateRow> {
  const { graph, shallow } = exploration;
  const texts = duplicateTexts(exploration).texts.filter(
    ({ stringIndex }) => match === '' || graph.strings.get(stringIndex).includes(match),
  );
  return pageOf(texts, paging, ({ nodes, wasteBytes }) => ({
    text: stringStart(exploration, nodes[0], MAX_PREVIEW),
    copies: nodes.length,
    bytes: shallow[nodes[0]],
    wasteBytes,
    name: objectName(exploration, lastOf(nodes)),
  }));
}

/** V8 numbers upwards: the last one is the newest, and rather the program's own than one of Node's. */
const lastOf = (nodes: readonly number[]) => nodes[nodes.length - 1];

/** Strings that contain the text, or all, by the bytes they retain: one made of pieces counts with its pieces. */
export function longestStrings(exploration: Exploration, match: string, paging: Paging): Page<StringRow> {
  const { graph, retained } = exploration;
  return pageOf(stringsWith(exploration, match), paging, (node) => ({
    id: graph.nodeId[node],
    text: stringStart(exploration, node, MAX_PREVIEW),
    bytes: retained[node],
    name: objectName(exploration, node),
  }));
}

const MIN_KEPT_BYTES = 1024; // a part of less wastes less than it takes to look at it

/** Texts that are kept by parts of them, the largest first. */
export function slicedStrings(exploration: Exploration, match: string, paging: Paging): Page<SlicedRow> {
  const { graph, shallow, view } = exploration;
  const sliced = typeIndex(graph).node['sliced string'];
  const slices = new Map<number, number[]>(); // NodeIndex of a parent -> its slices
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== sliced) continue;
    const parent = view.internal(node, 'parent');
    if (parent === -1 || shallow[parent] < MIN_KEPT_BYTES) continue;
    if (slices.has(parent)) slices.get(parent)!.push(node);
    else slices.set(parent, [node]);
  }
  const found = [...slices]
    .filter(
      ([, nodes]) =>
        match === '' || nodes.some((node) => stringStart(exploration, node, MAX_PREVIEW).includes(match)),
    )
    .toSorted(([one], [other]) => shallow[other] - shallow[one]);
  return pageOf(found, paging, ([parent, nodes]) => ({
    parentId: graph.nodeId[parent],
    text: stringStart(exploration, parent, MAX_PREVIEW),
    parentBytes: shallow[parent],
    sliceCount: nodes.length,
    sliceId: graph.nodeId[nodes[0]],
    name: objectName(exploration, nodes[0]),
  }));
}
