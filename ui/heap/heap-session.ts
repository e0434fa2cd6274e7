import { buffers } from '../../analyzer/explore/buffers.ts';
import { rankedCollections } from '../../analyzer/explore/collections.ts';
import type { RankedCollections } from '../../analyzer/explore/collections.ts';
import { explorationOf, nodeOfId } from '../../analyzer/explore/exploration.ts';
import type { Exploration } from '../../analyzer/explore/exploration.ts';
import { handles } from '../../analyzer/explore/handles.ts';
import { limitNames } from '../../analyzer/explore/limits.ts';
import { listeners } from '../../analyzer/explore/listeners.ts';
import { waitingCode } from '../../analyzer/explore/promises.ts';
import { duplicateStrings } from '../../analyzer/explore/strings.ts';
import { contains, ownersOf } from '../../analyzer/explore/select-nodes.ts';
import { timers } from '../../analyzer/explore/timers.ts';
import { readSnapshot } from '../../analyzer/heap/index.ts';
import { changeRows, turnover } from './changes/change-table.ts';
import type { CameAndWent } from './changes/came-and-went.ts';
import { countChanges } from './changes/count-changes.ts';
import type { Counted } from './changes/count-changes.ts';
import { dominatedBy, instances, matches } from './find-nodes.ts';
import { heldAs } from './held-as.ts';
import { holdingPath } from './holding-path.ts';
import { highestId, loadSnapshot } from './loaded-snapshot.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';
import type { ChangeGrouping, ClassRow, HeapAsk, HeapQuestions, Page, ThingsAsk } from './questions.ts';
import { ageOf, isInternal, named } from './own-things.ts';
import type { Placed } from './own-things.ts';
import type { RankedNodes } from './ranked-nodes.ts';
import { indexRange, objectRow, pageOf, referenceRow } from './rows.ts';

const MAX_CHILDREN = 80; // smaller ones could not be seen in a treemap

const MAX_NAMED = 1000; // of things that are sorted by size; what comes later is too small to matter

/** The files that questions may be about, oldest first. */
export interface HeapFiles {
  readonly paths: readonly string[];
  /** What the page calls each. */
  readonly names: readonly string[];
  /** Whether an id means the same object in all of them. */
  readonly sameLineage: boolean;
  /** Folder that places in the code are told relative to; null tells them whole. */
  readonly root: string | null;
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
  private exploration: Exploration | null = null;
  private lastThings: { readonly name: string; readonly rows: readonly unknown[] } | null = null;
  private lastCaches: { readonly key: string; readonly ranked: RankedCollections } | null = null;
  private lastList: { readonly name: string; readonly nodes: RankedNodes } | null = null;

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
    const node = ask.id > 0 ? nodeOf(snapshot, ask.id) : checkedNode(snapshot, ask.node);
    const steps = holdingPath(snapshot, node, new Set(ask.ignored));
    const slots = indexRange(retainers.firstRetainer[node], retainers.firstRetainer[node + 1]);
    const edges = indexRange(graph.firstEdge[node], graph.firstEdge[node + 1]);
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
    const row = (owned: number) => ({ ...objectRow(snapshot, owned), heldAs: heldAs(snapshot, owned) });
    const shownBytes = shown.reduce((bytes, child) => bytes + snapshot.retained[child], 0);
    return {
      chain: ownersOf(snapshot, node).map(row),
      children: Array.from(shown, row),
      restCount: children.length - shown.length,
      restBytes: children.sum() - shownBytes,
    };
  }

  async listeners(path: string, ask: ThingsAsk): Promise<HeapQuestions['listeners']['answer']> {
    return this.things('listeners', path, ask, listeners);
  }

  async timers(path: string, ask: ThingsAsk): Promise<HeapQuestions['timers']['answer']> {
    const { newAfterId } = await this.open(path);
    const page = await this.things('timers', path, ask, timers);
    return { ...page, rows: page.rows.map((row) => ({ ...row, age: ageOf(row, newAfterId) })) };
  }

  async waiting(path: string, ask: ThingsAsk): Promise<HeapQuestions['waiting']['answer']> {
    return this.things('waiting', path, ask, waitingCode);
  }

  async buffers(path: string, ask: ThingsAsk): Promise<HeapQuestions['buffers']['answer']> {
    return this.things('buffers', path, ask, buffers);
  }

  async handles(path: string, ask: ThingsAsk): Promise<HeapQuestions['handles']['answer']> {
    return this.things('handles', path, ask, handles);
  }

  async caches(
    path: string,
    { sort, ...ask }: HeapQuestions['caches']['ask'],
  ): Promise<HeapQuestions['caches']['answer']> {
    const exploration = await this.explore(path);
    const key = `${path} ${sort} ${ask.internal} ${ask.search}`;
    if (this.lastCaches?.key !== key) {
      const ranked = rankedCollections(exploration, { sort, match: '', withNodesOwn: ask.internal });
      this.lastCaches = { key, ranked: ask.search === '' ? ranked : named(ranked, ask.search) };
    }
    const { nodes, row } = this.lastCaches.ranked;
    return pageOf(nodes, ask, (node) => {
      const shown = row(node);
      return { ...shown, limits: limitNames(exploration, shown.id) };
    });
  }

  async duplicates(path: string, ask: ThingsAsk): Promise<HeapQuestions['duplicates']['answer']> {
    return this.things('duplicates', path, ask, (exploration, match) => {
      return duplicateStrings(exploration, match, { offset: 0, limit: MAX_NAMED }).rows;
    });
  }

  /** The rows made last are kept, for their next page. */
  private async things<Row extends object>(
    what: string,
    path: string,
    ask: ThingsAsk,
    rowsOf: (exploration: Exploration, match: string) => readonly Row[],
  ): Promise<Page<Row>> {
    const exploration = await this.explore(path);
    const name = `${what} ${path} ${ask.internal} ${ask.search}`;
    if (this.lastThings?.name !== name) {
      const rows = rowsOf(exploration, ask.search);
      this.lastThings = {
        name,
        rows: ask.internal ? rows : rows.filter((row) => !isInternal(row as Placed)),
      };
    }
    return pageOf(this.lastThings.rows as readonly Row[], ask, (row) => row);
  }

  private async explore(path: string): Promise<Exploration> {
    const snapshot = await this.open(path);
    if (this.exploration?.graph !== snapshot.graph)
      this.exploration = explorationOf(path, snapshot, { root: this.files.root });
    return this.exploration;
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
  private listed(name: string, make: () => RankedNodes): RankedNodes {
    if (this.lastList?.name !== name) this.lastList = { name, nodes: make() };
    return this.lastList.nodes;
  }

  private async open(path: string): Promise<LoadedSnapshot> {
    if (this.current?.path !== path) {
      this.lastList = this.lastThings = this.lastCaches = this.exploration = null;
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

function nodeOf({ graph }: LoadedSnapshot, id: number): number {
  const node = nodeOfId(graph, id);
  if (node !== -1) return node;
  throw new RangeError(`There is no object @${id} in this snapshot.`);
}

function checkedNode({ graph }: LoadedSnapshot, node: number): number {
  if (Number.isInteger(node) && node >= 0 && node < graph.nodeCount) return node;
  throw new RangeError(`There is no object ${node} among ${graph.nodeCount}.`);
}

function ordered<Row>(value: (row: Row) => string | number, ascending: boolean) {
  const sign = ascending ? 1 : -1;
  return (one: Row, other: Row) => {
    const [left, right] = [value(one), value(other)];
    return left === right ? 0 : left < right ? -sign : sign;
  };
}
