import type { GrowingStore } from '../growth/stores.ts';
import type { Holding } from '../growth/holders.ts';
import type { PathTree } from '../growth/path-tree.ts';
import { NO_NODE } from '../growth/path-tree.ts';
import type { Interner } from '../model/interner.ts';
import type { ObjectView } from '../model/object-view.ts';
import type { ScriptPosition, Scripts } from '../model/scripts.ts';
import { DICTIONARY_LABEL, ELEMENT_LABEL, KEY_LABEL, WEAK_MAP_VALUE_LABEL } from '../model/labels.ts';
import { weakMapOf } from '../model/weak-maps.ts';

/** One object on the way from the root, and how the one before holds it. */
export interface Step {
  readonly node: number; // NodeIndex
  readonly via: string;
  readonly className: string;
  /** Where the variable is declared by which it is held, if the code tells. */
  readonly declaredAt?: ScriptPosition;
}

/** Everything a detector may look at for one growing group. */
export interface Facts {
  readonly tree: PathTree;
  readonly view: ObjectView;
  readonly scripts: Scripts;
  readonly holding: Holding;
  /** Root first, the holder last. */
  readonly chain: readonly Step[];
  /** A value that a WeakMap holds, on the way or on the way to another WeakMap -> the steps from the root to that WeakMap. */
  readonly weakMaps?: ReadonlyMap<number, readonly Step[]>;
  /** The object that holds most of the new ones. */
  readonly holder: number;
  /** A new object of the group; its reference from the holder or from another member. */
  readonly member: number;
  readonly memberVia: string;
  /** Class of most sampled members. */
  readonly memberClass: string;
  /** numbers, bytes: the snapshot shows none of the content, `member` is the holder itself. */
  readonly content: 'objects' | 'numbers' | 'bytes';
  /** Whether the function at a position may read a variable; null when its source does not tell. */
  readonly mentions?: (name: string, position: ScriptPosition) => boolean | null;
  /** Whether the script at a position makes a property of this name. */
  readonly declares?: (property: string, position: ScriptPosition) => boolean;
  /** Where the one script stands that makes a property of this name; null where none does, or several. */
  readonly maker?: (property: string) => ScriptPosition | null;
  /** True when members hang off each other (a list, a chain of closures) and not all off the holder. */
  readonly isChain: boolean;
}

/** What an object's name is read from: how it was reached, and who stands there. */
export type Surroundings = Pick<
  Facts,
  'view' | 'scripts' | 'chain' | 'weakMaps' | 'holder' | 'mentions' | 'declares' | 'maker'
>;

/** @returns null when nothing new was found below the group, so that there is no holder to speak of */
export function factsOf(
  holding: Holding,
  tree: PathTree,
  view: ObjectView,
  scripts: Scripts,
  labels: Interner,
): Facts | null {
  if (holding.holders.length === 0 || holding.samples.length === 0) return null;
  const holder = holding.holders[0].node;
  const classOf = (node: number) => classWord(view, node);
  const memberClass = mostFrequent(holding.samples.map(classOf));
  const member = holding.samples.find((node) => classOf(node) === memberClass)!;
  const direct = holding.samples.filter((node) => tree.holder[node] === holder).length;
  return {
    tree,
    view,
    scripts,
    holding,
    ...waysTo(holder, tree, view, labels),
    holder,
    member,
    memberVia: labels.text(tree.via[member]),
    memberClass,
    content: 'objects',
    isChain: direct < holding.samples.length / 2,
  };
}

/** The facts about a container whose content a snapshot does not show; its growth is told in bytes. */
export function factsOfStore(
  store: GrowingStore,
  tree: PathTree,
  view: ObjectView,
  scripts: Scripts,
  labels: Interner,
): Facts {
  const { node, bytes, content } = store;
  const unitBytes = content === 'numbers' ? BYTES_PER_SLOT : 1;
  const gained = bytes.map((value, window) => (window === 0 ? value : value - bytes[window - 1]));
  const group = {
    holderPath: tree.path[node],
    paths: [],
    counts: bytes.map((value) => Math.round(value / unitBytes)),
    steps: gained.slice(1).map((value) => Math.round(value / unitBytes)),
    survival: null,
    cohortSurvival: [],
  };
  const holding = {
    group,
    holders: [{ node, newObjects: group.steps.length }],
    samples: [node],
    spread: [node],
    bytesByWindow: gained,
    isPartOfAnother: false,
  };
  return {
    tree,
    view,
    scripts,
    holding,
    ...waysTo(node, tree, view, labels),
    holder: node,
    member: node,
    memberVia: ELEMENT_LABEL,
    memberClass: classWord(view, node),
    content: store.content,
    isChain: false,
  };
}

const BYTES_PER_SLOT = 8;

/** The steps to a node, and those to the WeakMaps on the way: a person names the WeakMap, although it is the key that holds. */
export function waysTo(
  node: number,
  tree: Pick<PathTree, 'holder' | 'via'>,
  view: ObjectView,
  labels: Interner,
): Required<Pick<Facts, 'chain' | 'weakMaps'>> {
  const chain = chainTo(node, tree, view, labels);
  const weakMaps = new Map<number, readonly Step[]>();
  const waiting = [chain];
  while (waiting.length > 0 && weakMaps.size < MAX_WEAK_MAPS) {
    const steps = waiting.pop()!;
    for (const [index, step] of steps.entries()) {
      if (step.via !== WEAK_MAP_VALUE_LABEL || weakMaps.has(step.node)) continue;
      const weakMap = weakMapOf(view.graph, steps[index - 1].node, step.node);
      if (weakMap === -1) continue;
      const way = chainTo(weakMap, tree, view, labels);
      weakMaps.set(step.node, way);
      waiting.push(way);
    }
  }
  return { chain, weakMaps };
}

const MAX_WEAK_MAPS = 4; // on one way; each costs a pass over the heap

/** The steps from the root to a node, the node last. */
export function chainTo(
  node: number,
  tree: Pick<PathTree, 'holder' | 'via'>,
  view: ObjectView,
  labels: Interner,
): Step[] {
  const steps: Step[] = [];
  for (let at = node; at !== NO_NODE; at = tree.holder[at]) {
    steps.push({ node: at, via: labels.text(tree.via[at]), className: classWord(view, at) });
  }
  return steps.toReversed();
}

/**
 * The class of an object; `function f` for a closure, so that a function is never taken for an instance of its class, and
 * `string` for a string, whose text is nobody's business here.
 */
function classWord(view: ObjectView, node: number): string {
  if (view.isString(node)) return 'string';
  return view.isClosure(node) ? `function ${view.className(node)}` : view.className(node);
}

export function mostFrequent<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Array.from(counts).reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** A name a person could have written into code, not a key that is data. */
export const isIdentifier = (name: string) =>
  /^(#?[\p{ID_Start}$_][\p{ID_Continue}$]*|<symbol .*>)$/u.test(name);

export const isElementLabel = (via: string) =>
  via === ELEMENT_LABEL || via === DICTIONARY_LABEL || via === KEY_LABEL;

/** `name` of `.name` and `$name`, else null. */
export function nameOf(via: string): string | null {
  return via.startsWith('.') || via.startsWith('$') ? via.slice(1) : null;
}
