import { DICTIONARY_LABEL, ELEMENT_LABEL, KEY_LABEL } from '../model/labels.ts';
import { describeObjects } from '../model/describe.ts';
import type { Exploration } from './exploration.ts';
import { cut } from './cut.ts';
import { stringStart } from './object-row.ts';

/** What a collection holds. */
export interface CollectionContent {
  /** Entries that are objects or strings; numbers leave no reference in a snapshot. */
  readonly entryCount: number;
  /** Entries there is room for in its storage: much more than are seen means numbers, or that it was fuller once. */
  readonly slotCount: number;
  /** What most of the entries are: "objects {id, user}"; empty when the snapshot shows none. */
  readonly values: string;
  /** Some of its keys, when it has such that can be read. */
  readonly keySamples: readonly string[];
}

/** How many entries an object has as a collection; made for passes over the whole heap. */
export interface EntryCounter {
  /** Map, Set, array or object used as dictionary: its entries that are objects or strings; 0 for any other object. */
  entries(node: number): number;
  /** Entries it has room for. */
  slots(node: number): number;
}

const MAX_SAMPLES = 5;
const MAX_KEY = 32;
const MAX_LOOKED_AT = 200; // entries, to say what most of them are

export function entryCounter(exploration: Exploration): EntryCounter {
  const { references, graph } = exploration;
  const { at, count, label } = references;
  const { element, key, dictionary } = labelsOf(exploration);
  const internal = graph.edgeTypeNames.indexOf('internal');
  const [elements, table] = ['elements', 'table'].map((name) => graph.strings.indexOf(name));
  const weak = new Set(['WeakMap', 'WeakSet'].map((name) => graph.strings.indexOf(name)));
  return {
    entries(node) {
      let values = 0;
      let keys = 0;
      for (let index = at[node]; index < at[node] + count[node]; index++) {
        if (label[index] === key) keys++;
        else if (label[index] === element || label[index] === dictionary) values++;
      }
      return Math.max(values, keys);
    },
    slots(node) {
      if (weak.has(graph.nodeName[node])) return 0;
      let slots = 0;
      for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
        if (graph.edgeType[edge] !== internal) continue;
        const words = (graph.selfSize[graph.edgeTo[edge]] - HEADER_BYTES) / BYTES_PER_SLOT;
        if (graph.edgeName[edge] === elements) slots += Math.max(0, words);
        if (graph.edgeName[edge] === table) slots += Math.max(0, tableCapacity(words - TABLE_HEADER_SLOTS));
      }
      return Math.round(slots);
    },
  };
}

const HEADER_BYTES = 16;
const BYTES_PER_SLOT = 8; // Node is built without pointer compression
const TABLE_HEADER_SLOTS = 3;

/** V8's OrderedHashMap has 7 slots for each bucket, OrderedHashSet 5, and either holds two entries a bucket. */
function tableCapacity(slots: number): number {
  const isMap = Number.isInteger(Math.log2(slots / 7));
  return (2 * slots) / (isMap ? 7 : 5);
}

function labelsOf({ labels }: Exploration) {
  return {
    element: labels.id(ELEMENT_LABEL),
    key: labels.id(KEY_LABEL),
    dictionary: labels.id(DICTIONARY_LABEL),
  };
}

/** What a Map, Set, array or object used as a dictionary holds; null for any other object. */
export function collectionContent(
  exploration: Exploration,
  node: number,
  counter: EntryCounter = entryCounter(exploration),
): CollectionContent | null {
  const entryCount = counter.entries(node);
  const slotCount = Math.max(entryCount, counter.slots(node));
  if (slotCount === 0) return null;
  const { view } = exploration;
  const { element, key, dictionary } = labelsOf(exploration);
  const values = targetsOf(exploration, node, [element, dictionary]);
  const isDictionary = targetsOf(exploration, node, [dictionary]).length > 0;
  return {
    entryCount,
    slotCount,
    values: mostCommon(values.map((value) => describeObjects(view, value))),
    keySamples: isDictionary
      ? view
          .propertyNames(node)
          .slice(0, MAX_SAMPLES)
          .map((name) => cut(name, MAX_KEY))
      : keySamples(exploration, targetsOf(exploration, node, [key])),
  };
}

/** The first entries held by one of these labels. */
function targetsOf({ references }: Exploration, node: number, wanted: readonly number[]): number[] {
  const { at, count, target, label } = references;
  const found: number[] = [];
  for (let index = at[node]; index < at[node] + count[node] && found.length < MAX_LOOKED_AT; index++)
    if (wanted.includes(label[index])) found.push(target[index]);
  return found;
}

function keySamples(exploration: Exploration, keys: readonly number[]): string[] {
  return keys
    .filter((key) => exploration.view.isString(key))
    .slice(0, MAX_SAMPLES)
    .map((key) => stringStart(exploration, key, MAX_KEY));
}

function mostCommon(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? '';
}
