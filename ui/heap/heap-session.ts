import { readSnapshot } from '../../analyzer/heap/index.ts';
import { changeRows, turnover } from './changes/change-table.ts';
import type { CameAndWent } from './changes/came-and-went.ts';
import { countChanges } from './changes/count-changes.ts';
import type { Counted } from './changes/count-changes.ts';
import { holdingPath } from './holding-path.ts';
import { highestId, loadSnapshot } from './loaded-snapshot.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';
import type { ChangeGrouping, ClassRow, HeapAsk, HeapQuestions } from './questions.ts';
import { objectRow, pageOf, referenceRow } from './rows.ts';
import { contains, dominatedBy, instances, matches, ownersOf } from '../../analyzer/explore/select-nodes.ts';

const MAX_CHILDREN = 80; // smaller ones could not be seen in a treemap

/** The files that questions may be about, oldest first. */
export interface HeapFiles {
  readonly paths: readonly string[];
  /** What the page calls each. */
  readonly names: readonly string[];
  /** Whether an id means the same object in all of them. */
  readonly sameLineage: boolean;
}

type Answers = {
  [Ask in HeapAsk]: (file: string, ask: HeapQuestions[Ask]['ask']) => Promise<HeapQuestions[Ask]['answer']>;
};

/** Answers questions about snapshots; the one asked about last stays in memory. */
export class HeapSession implements Answers {
  private readonly files: HeapFiles;
  private readonly onProgress: (share: number) => void;
  private current: { readonly path: string; readonly snapshot: Promise<LoadedSnapshot> } | null = null;
  private counted: { readonly by: ChangeGrouping; readonly all: Promise<Counted> } | null = null;
  private turned: { readonly key: string; readonly turnover: CameAndWent | null } | null = null;
  private lastList: { readonly name: string; readonly nodes: Uint32Array } | null = null;

  constructor(files: HeapFiles, onProgress: (share: number) => void) {
    this.files = files;
    this.onProgress = onProgress;
  }

  async classes(
    path: string,
    ask: HeapQuestions['classes']['ask'],
  ): Promise<HeapQuestions['classes']['answer']> {
    const { summaries } = await this.open(path);
    const found = summaries.filter(({ name }) => contains(name, ask.search));
    const order = ordered<ClassRow>((row) => row[ask.sort], ask.ascending);
    return pageOf(found.toSorted(order), ask, (summary): ClassRow => summary);
  }

  async instances(
    path: string,
    ask: HeapQuestions['instances']['ask'],
  ): Promise<HeapQuestions['instances']['answer']> {
    const snapshot = await this.open(path);
    const nodes = this.listed(`class ${ask.key}`, () => instances(snapshot, ask.key));
    return pageOf(nodes, ask, (node) => objectRow(snapshot, node));
  }

  async search(
    path: string,
    ask: HeapQuestions['search']['ask'],
  ): Promise<HeapQuestions['search']['answer']> {
    const snapshot = await this.open(path);
    const nodes = this.listed(`search ${ask.text}`, () => matches(snapshot, ask.text));
    return pageOf(nodes, ask, (node) => objectRow(snapshot, node));
  }

  async object(
    path: string,
    ask: HeapQuestions['object']['ask'],
  ): Promise<HeapQuestions['object']['answer']> {
    const snapshot = await this.open(path);
    const { graph, retainers } = snapshot;
    const node = checkedNode(snapshot, ask.node);
    const steps = holdingPath(snapshot, node, new Set(ask.ignored));
    const slots = range(retainers.firstRetainer[node], retainers.firstRetainer[node + 1]);
    const edges = range(graph.firstEdge[node], graph.firstEdge[node + 1]);
    return {
      object: objectRow(snapshot, node),
      path: steps && steps.map((step) => referenceRow(snapshot, step.node, step.edge)),
      retainers: pageOf(slots, ask, (slot) =>
        referenceRow(snapshot, retainers.retainerNode[slot], retainers.retainerEdge[slot]),
      ),
      references: pageOf(edges, ask, (edge) => referenceRow(snapshot, graph.edgeTo[edge], edge)),
    };
  }

  async owners(
    path: string,
    ask: HeapQuestions['owners']['ask'],
  ): Promise<HeapQuestions['owners']['answer']> {
    const snapshot = await this.open(path);
    const node = checkedNode(snapshot, ask.node);
    const children = dominatedBy(snapshot, node);
    const shown = children.slice(0, MAX_CHILDREN);
    const rest = children.subarray(MAX_CHILDREN);
    return {
      chain: ownersOf(snapshot, node).map((owner) => objectRow(snapshot, owner)),
      children: Array.from(shown, (child) => objectRow(snapshot, child)),
      restCount: rest.length,
      restBytes: rest.reduce((bytes, child) => bytes + snapshot.retained[child], 0),
    };
  }

  async changes(
    _path: string,
    ask: HeapQuestions['changes']['ask'],
  ): Promise<HeapQuestions['changes']['answer']> {
    const { names } = this.files;
    const indexOf = (name: string, fallback: number) =>
      names.includes(name) ? names.indexOf(name) : fallback;
    const span = { from: indexOf(ask.from, 0), to: indexOf(ask.to, names.length - 1) };
    const counted = await this.count(ask.by);
    const key = `${ask.by} ${span.from} ${span.to}`;
    if (this.turned?.key !== key) this.turned = { key, turnover: turnover(counted, span) };
    const rows = changeRows(counted, span, this.turned.turnover, ask);
    return { ...pageOf(rows, ask, (row) => row), files: names, ...span };
  }

  /** The grouping counted last is kept, for other pages of it and other pairs of snapshots. */
  private async count(by: ChangeGrouping): Promise<Counted> {
    const { paths, sameLineage } = this.files;
    if (this.counted?.by !== by) {
      this.turned = null;
      const options = { by, keepMembers: sameLineage, onProgress: this.onProgress };
      this.counted = { by, all: countChanges(paths, options) };
    }
    try {
      return await this.counted.all;
    } catch (error) {
      this.counted = null;
      throw error;
    }
  }

  /** The list made last is kept, for its next page. */
  private listed(name: string, make: () => Uint32Array): Uint32Array {
    if (this.lastList?.name !== name) this.lastList = { name, nodes: make() };
    return this.lastList.nodes;
  }

  private async open(path: string): Promise<LoadedSnapshot> {
    if (this.current?.path !== path) {
      this.lastList = null;
      this.current = { path, snapshot: this.load(path) };
    }
    try {
      return await this.current.snapshot;
    } catch (error) {
      this.current = null;
      throw error;
    }
  }

  private async load(path: string): Promise<LoadedSnapshot> {
    const [earliest] = this.files.paths;
    const hasEarlier = this.files.sameLineage && earliest !== path;
    const newAfterId = hasEarlier ? highestId(await readSnapshot(earliest)) : null;
    return loadSnapshot(path, newAfterId, this.onProgress);
  }
}

function checkedNode({ graph }: LoadedSnapshot, node: number): number {
  if (Number.isInteger(node) && node >= 0 && node < graph.nodeCount) return node;
  throw new RangeError(`There is no object ${node} among ${graph.nodeCount}.`);
}

function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}

function ordered<Row>(value: (row: Row) => string | number, ascending: boolean) {
  const sign = ascending ? 1 : -1;
  return (one: Row, other: Row) => {
    const [left, right] = [value(one), value(other)];
    return left === right ? 0 : left < right ? -sign : sign;
  };
}
