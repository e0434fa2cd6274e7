import { chainTo } from '../detectors/facts.ts';
import { NONE } from '../heap/graph.ts';
import { Rank } from '../model/ranks.ts';
import type { TraceElement } from '../report.ts';
import { bytesText, countText } from '../render/units.ts';
import { holdersOf } from '../trace.ts';
import type { Exploration } from './exploration.ts';
import { holdingTree } from './holding-tree.ts';
import type { HoldingTree, IsCut } from './holding-tree.ts';
import { objectRow } from './object-row.ts';
import type { ObjectRow } from './object-row.ts';

/** One way from the root to an object. */
export interface HeldPath {
  /** The object at its end; of several that are held alike, the one that retains most. */
  readonly object: ObjectRow;
  /** How many of the objects asked for are held like this. */
  readonly objectCount: number;
  /** Bytes that all of them retain, nothing counted twice unless they hold each other. */
  readonly retainedBytes: number;
  /** Held only by what is about to go by itself: the stack, handle scopes, compile jobs. */
  readonly accidental: boolean;
  /** Root first; the last element is the object. */
  readonly trace: readonly TraceElement[];
}

/**
 * The shortest path to one object, and further ones that differ from those before in what can be cut: each goes on to
 * exist once a reference of each of the earlier ones is gone.
 * @param ignored references that no path may take
 * @returns the best first, accidental ones last; none when nothing but ignored references hold the object
 */
export function pathsTo(
  exploration: Exploration,
  node: number,
  { count, ignored }: { readonly count: number; readonly ignored: IsCut },
): HeldPath[] {
  const search = new DetourSearch(exploration, node, ignored);
  const looks = new Set<string>();
  const paths: HeldPath[] = [];
  let tree = search.shortest();
  for (let tried = 0; tree !== null && paths.length < count && tried < MAX_DETOURS; tried++) {
    const look = lookOf(exploration, tree, node);
    if (!looks.has(look)) paths.push(pathOf(exploration, tree, [node]));
    looks.add(look);
    tree = paths.length < count ? search.detour(tree) : null;
  }
  return paths;
}

const MAX_DETOURS = 100; // many of them look the same: each of a hundred timers holds its closure, which holds the object

/** Finds ways around the references of the paths found so far. */
class DetourSearch {
  private readonly exploration: Exploration;
  private readonly node: number;
  private readonly ignored: IsCut;
  private readonly gone = new Set<number>();

  constructor(exploration: Exploration, node: number, ignored: IsCut) {
    this.exploration = exploration;
    this.node = node;
    this.ignored = ignored;
  }

  shortest(): HoldingTree | null {
    return this.without(NO_REFERENCE);
  }

  /** The shortest path once the reference nearest to the object goes without which there is one. */
  detour(tree: HoldingTree): HoldingTree | null {
    for (let to = this.node, step = 0; to !== 0 && step < MAX_TRIED; to = tree.holder[to], step++) {
      const reference = this.keyOf(tree.holder[to], to);
      const other = this.without(reference);
      if (other === null) continue;
      this.gone.add(reference);
      return other;
    }
    return null;
  }

  private without(reference: number): HoldingTree | null {
    const isCut: IsCut = (from, to, label) => {
      const key = this.keyOf(from, to);
      return key === reference || this.gone.has(key) || this.ignored(from, to, label);
    };
    const tree = holdingTree(this.exploration.references, isCut, this.node);
    return isReached(tree, this.node) ? tree : null;
  }

  private keyOf(from: number, to: number): number {
    return from * this.exploration.graph.nodeCount + to;
  }
}

const NO_REFERENCE = -1;
const MAX_TRIED = 12; // references from the object upwards; farther up paths differ in how Node itself is held

/**
 * The ways in which many objects are held, those that hold most objects first and accidental ones last.
 * @param ignored references that no path may take
 */
export function pathsToAll(
  exploration: Exploration,
  nodes: readonly number[],
  count: number,
  ignored: IsCut,
): HeldPath[] {
  const holding = holdingTree(exploration.references, ignored, NONE);
  const groups = new Map<string, number[]>();
  for (const node of nodes) {
    if (!isReached(holding, node)) continue;
    const signature = lookOf(exploration, holding, node);
    const group = groups.get(signature);
    if (group) group.push(node);
    else groups.set(signature, [node]);
  }
  return [...groups.values()]
    .toSorted((one, other) => rankOf(holding, one) - rankOf(holding, other) || other.length - one.length)
    .slice(0, count)
    .map((group) => pathOf(exploration, holding, group));
}

/** Equal for paths over equally named references of equally named objects. */
function lookOf({ view }: Exploration, { holder, via }: HoldingTree, node: number): string {
  let look = '';
  for (let at = node; at !== 0 && at !== NONE; at = holder[at])
    look += `${via[at]}:${at === node ? '' : view.graph.nodeName[at]}/`;
  return look;
}

const rankOf = (tree: HoldingTree, [node]: readonly number[]) => (tree.rank[node] === Rank.accident ? 1 : 0);

const isReached = (tree: HoldingTree, node: number) => node === 0 || tree.holder[node] !== NONE;

function pathOf(exploration: Exploration, tree: HoldingTree, nodes: readonly number[]): HeldPath {
  const { view, scripts, labels, locator, retained } = exploration;
  const node = nodes.reduce((best, next) => (retained[next] > retained[best] ? next : best));
  const chain = chainTo(node, tree, view, labels);
  const trace = holdersOf({ view, scripts, holder: node, chain }, locator);
  const retainedBytes = nodes.reduce((bytes, next) => bytes + retained[next], 0);
  const object = objectRow(exploration, node);
  const accidental = tree.rank[node] === Rank.accident;
  return { object, objectCount: nodes.length, retainedBytes, accidental, trace: trace.map(marked) };

  function marked(element: TraceElement, index: number): TraceElement {
    if (index < trace.length - 1) return element;
    const many =
      nodes.length > 1
        ? `one of ${countText(nodes.length, 'object')} held like this, which retain`
        : 'retains';
    const label = view.isString(node) ? `"${object.preview}"` : labelOf(element.label, object.className);
    return {
      ...element,
      label: `${label} @${object.id}`,
      status: 'leaking',
      reason: `${many} ${bytesText(retainedBytes)}`,
    };
  }
}

const labelOf = (label: string, className: string) => (label === 'Object' ? className : label);

/**
 * References that a person names: `cache`, `.cache`, `$cache` or `[*]` by their label, `@123` all of the object with that id.
 */
export function ignoring({ graph, labels }: Exploration, names: readonly string[]): IsCut {
  const ids = new Set(names.flatMap((name) => (/^@\d+$/.test(name) ? [Number(name.slice(1))] : [])));
  const texts = new Set(names.filter((name) => !name.startsWith('@')));
  const known = new Map<number, boolean>();
  const isNamed = (label: number) => {
    let is = known.get(label);
    if (is === undefined) {
      const text = labels.text(label);
      is = texts.has(text) || texts.has(text.replace(/^[.$]/, ''));
      known.set(label, is);
    }
    return is;
  };
  return (from, to, label) =>
    isNamed(label) || (ids.size > 0 && (ids.has(graph.nodeId[from]) || ids.has(graph.nodeId[to])));
}
