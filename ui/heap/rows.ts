import { edgeLabel } from '../../analyzer/heap/index.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';
import type { ObjectRow, Page, Paging, ReferenceRow } from './questions.ts';

/** Longer names are cut: a table cannot show them, and a heap may hold strings of megabytes. */
const MAX_NAME = 300;

export function objectRow(snapshot: LoadedSnapshot, node: number): ObjectRow {
  const { graph, shallow, retained, newRetained, classes } = snapshot;
  return {
    node,
    id: graph.nodeId[node],
    name: cut(graph.strings.get(graph.nodeName[node])),
    className: cut(classes.classNames[classes.classOf[node]]),
    type: graph.nodeTypeNames[graph.nodeType[node]],
    shallowBytes: shallow[node],
    retainedBytes: retained[node],
    newShare: newRetained && retained[node] > 0 ? newRetained[node] / retained[node] : null,
  };
}

/** The node at one end of the edge, with the edge's name. */
export function referenceRow(snapshot: LoadedSnapshot, node: number, edge: number): ReferenceRow {
  const { graph } = snapshot;
  return {
    ...objectRow(snapshot, node),
    edge: cut(edgeLabel(graph, edge)),
    edgeType: graph.edgeTypeNames[graph.edgeType[edge]],
  };
}

/** One page of a list, only whose own rows are made. */
export function pageOf<Item, Row>(
  items: { readonly length: number; slice(start: number, end: number): Iterable<Item> },
  { offset, limit }: Paging,
  row: (item: Item) => Row,
): Page<Row> {
  return { total: items.length, rows: Array.from(items.slice(offset, offset + limit), row) };
}

/** The numbers from `first` to below `end`, of which only those of a page are made: an object may have millions of edges. */
export function indexRange(first: number, end: number) {
  return {
    length: end - first,
    slice: (from: number, to: number) =>
      Uint32Array.from({ length: Math.max(0, Math.min(to, end - first) - from) }, (_, i) => first + from + i),
  };
}

/** Of a longer text its start and its end, which says more of a path. */
export function cutMiddle(text: string): string {
  return text.length > MAX_START + MAX_END ? `${text.slice(0, MAX_START)}…${text.slice(-MAX_END)}` : text;
}

const MAX_START = 60;
const MAX_END = 120;

function cut(text: string): string {
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
}
