import type { HeapGraph } from '../heap/graph.ts';
import { Role } from './roles.ts';
import type { Interner } from './interner.ts';
import {
  DICTIONARY_LABEL,
  ELEMENT_LABEL,
  KEY_LABEL,
  OUTER_SCOPE_LABEL,
  REACTION_LABEL,
  SCOPE_LABEL,
  TIMER_LABEL,
  UNNAMED_LABEL,
  WEAK_MAP_VALUE_LABEL,
} from './labels.ts';
import { Rank, isRootCategory, rankOfRootName } from './ranks.ts';

/** The references of one object, engine-internal storage folded in; valid until the next read. */
export interface ReferenceList {
  count: number;
  /** Interned label, see labels.ts. */
  readonly label: number[];
  readonly target: number[]; // NodeIndex
  readonly rank: number[];
  /** Bytes of the storage nodes that belong to this object alone. */
  storageBytes: number;
}

/** More named properties than a person writes into one object: their names are data, not code. */
const DICTIONARY_MIN_PROPERTIES = 48;

/** An object of a class has its names from code, unless they are very many; `process` has 90, the global object some 100. */
const INSTANCE_MIN_PROPERTIES = 512;

/** Values of a dictionary that V8 writes down, beside its keys: fewer, and they are numbers or null, which it does not. */
const VISIBLE_SHARE = 0.1;

/** V8's NameDictionary holds key, value and details by turns, from a slot on that divides by three (Node 20 to 26). */
const NAME_DICTIONARY_STRIDE = 3;

/** The first field of V8's SourceTextModule (Node 20 to 26). */
const EXPORTS_FIELD = 0;

const EPHEMERON_MARK = ' / part of key (';

/** Ways from an object to its class, to async bookkeeping and back: true, but not how a person says who holds it. */
const DETOUR_PROPERTIES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'domain',
  '<symbol kResourceStore>',
  '<symbol async_context_frame>',
  '<symbol trigger_async_id_symbol>',
  '<symbol owner_symbol>',
  '<symbol kCurrentTimeout>',
]);

const TIMER_LINKS: ReadonlySet<string> = new Set(['_idleNext', '_idlePrev']);

/** Reads the references of one object after another out of a graph. */
export interface ReferenceReader {
  read(node: number): ReferenceList;
}

interface EdgeKinds {
  readonly weak: number;
  readonly shortcut: number;
  readonly property: number;
  readonly context: number;
  readonly element: number;
  readonly internal: number;
  readonly hidden: number;
}

/**
 * Decodes V8's layout into the references a program would name. Map and Set tables become keys and values, a timer list
 * becomes its timers, promise reactions hang off their promise, a WeakMap's value hangs off its key, and what an ES module
 * exports hangs off it as its variables.
 * @param roles NodeIndex -> Role, from nodeRoles
 */
export function referenceReader(graph: HeapGraph, roles: Uint8Array, labels: Interner): ReferenceReader {
  const edgeKinds = edgeKindsOf(graph);
  const list: ReferenceList = { count: 0, label: [], target: [], rank: [], storageBytes: 0 };
  const absorbed = new Uint8Array(graph.nodeCount); // NodeIndex -> 1 once its bytes were given to an owner
  const stack: number[] = [];
  const labelByName = new Map<number, number>(); // StringIndex * 4 + kind -> label
  const { strings, nodeName, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const text = (name: string) => strings.indexOf(name);
  const names = {
    elements: text('elements'),
    properties: text('properties'),
    table: text('table'),
    context: text('context'),
    previous: text('previous'),
    object: text('Object'),
    map: text('Map'),
    set: text('Set'),
    timersList: text('TimersList'),
    timeout: text('Timeout'),
    idleNext: text('_idleNext'),
    promiseReaction: text('system / PromiseReaction'),
    weakMap: text('WeakMap'),
    weakSet: text('WeakSet'),
    scope: text('system / Context'),
    module: text('system / SourceTextModule'),
    cell: text('system / Cell'),
  };
  const type = {
    object: graph.nodeTypeNames.indexOf('object'),
    synthetic: graph.nodeTypeNames.indexOf('synthetic'),
    array: graph.nodeTypeNames.indexOf('array'),
    string: graph.nodeTypeNames.indexOf('string'),
  };
  const isNative = graph.nodeTypeNames.map((name) => name === 'native' || name === 'synthetic');
  const elementLabel = labels.id(ELEMENT_LABEL);
  const keyLabel = labels.id(KEY_LABEL);
  const dictionaryLabel = labels.id(DICTIONARY_LABEL);
  const scopeLabel = labels.id(SCOPE_LABEL);
  const outerScopeLabel = labels.id(OUTER_SCOPE_LABEL);
  const reactionLabel = labels.id(REACTION_LABEL);
  const timerLabel = labels.id(TIMER_LABEL);
  const unnamedLabel = labels.id(UNNAMED_LABEL);
  const weakMapLabel = labels.id(WEAK_MAP_VALUE_LABEL);
  const ephemeronNames = new Map<number, boolean>();
  const detourNames = new Set([...DETOUR_PROPERTIES].map(text));
  const timerLinks = new Set([...TIMER_LINKS].map(text));
  const rootRank = new Map<number, number>();

  function push(label: number, target: number, rank: number): void {
    const at = list.count++;
    list.label[at] = label;
    list.target[at] = target;
    list.rank[at] = rank;
  }

  function named(kind: number, name: number, wrap: (text: string) => string): number {
    const key = name * 4 + kind;
    let label = labelByName.get(key);
    if (label === undefined) {
      label = labels.id(wrap(strings.get(name)));
      labelByName.set(key, label);
    }
    return label;
  }
  const property = (name: number) => named(0, name, (t) => `.${t}`);
  const variable = (name: number) => named(1, name, (t) => `$${t}`);
  const internal = (name: number) => named(2, name, (t) => `(${t})`);

  function isEphemeron(name: number): boolean {
    let is = ephemeronNames.get(name);
    if (is === undefined) {
      is = strings.get(name).includes(EPHEMERON_MARK);
      ephemeronNames.set(name, is);
    }
    return is;
  }

  /** Gives a storage node's bytes to the owner and everything that hangs below it a reference of this label. */
  function absorb(storage: number, label: number, rank: number): void {
    stack.push(storage);
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (absorbed[node]) continue;
      absorbed[node] = 1;
      list.storageBytes += graph.selfSize[node];
      const own = nodeName[node] === names.promiseReaction ? reactionLabel : label;
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        if (edgeType[edge] === edgeKinds.weak) continue;
        const to = edgeTo[edge];
        if (roles[to] === Role.storage) stack.push(to);
        else if (roles[to] === Role.object) push(own, to, rank);
      }
    }
  }

  function absorbAlone(storage: number): void {
    if (absorbed[storage]) return;
    absorbed[storage] = 1;
    list.storageBytes += graph.selfSize[storage];
  }

  /** OrderedHashMap and OrderedHashSet: 3 header slots, b buckets, then entries of (key, value, chain) or (key, chain). */
  function absorbTable(table: number, isMap: boolean): void {
    if (absorbed[table]) return;
    const slots = (graph.selfSize[table] - 16) / 8;
    const buckets = isMap ? (slots - 3) / 7 : (slots - 3) / 5;
    absorbAlone(table);
    for (let edge = firstEdge[table]; edge < firstEdge[table + 1]; edge++) {
      if (edgeType[edge] !== edgeKinds.internal && edgeType[edge] !== edgeKinds.hidden) continue;
      const to = edgeTo[edge];
      if (roles[to] === Role.engine) continue;
      const slot =
        edgeType[edge] === edgeKinds.internal ? Number(strings.get(edgeName[edge])) : edgeName[edge];
      const isKey = isMap && (slot - 3 - buckets) % 3 === 0;
      const label = isKey ? keyLabel : elementLabel;
      if (roles[to] === Role.storage) absorb(to, label, Rank.normal);
      else push(label, to, isKey ? Rank.detour : Rank.normal);
    }
  }

  /** Keys are what is held where the values are not seen. Others go without saying: their values do. */
  function pushKeys(properties: number, values: number): void {
    const keys: number[] = [];
    for (let edge = firstEdge[properties]; edge < firstEdge[properties + 1]; edge++) {
      if (edgeType[edge] !== edgeKinds.internal || graph.nodeType[edgeTo[edge]] !== type.string) continue;
      if (Number(strings.get(edgeName[edge])) % NAME_DICTIONARY_STRIDE === 0) keys.push(edgeTo[edge]);
    }
    if (keys.length < DICTIONARY_MIN_PROPERTIES || values > keys.length * VISIBLE_SHARE) return;
    for (const key of keys) push(keyLabel, key, Rank.normal);
  }

  /** A TimersList is the head of a ring through _idleNext. */
  function pushTimers(head: number): void {
    let timer = idleNext(head);
    // a damaged file may hold a ring that never comes back to its head
    for (let step = 0; step < graph.nodeCount && timer !== -1 && timer !== head; step++) {
      if (nodeName[timer] !== names.timeout) return;
      push(timerLabel, timer, Rank.normal);
      timer = idleNext(timer);
    }
  }

  function idleNext(node: number): number {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeType[edge] === edgeKinds.property && edgeName[edge] === names.idleNext) return edgeTo[edge];
    }
    return -1;
  }

  function isDictionary(node: number): boolean {
    if (graph.nodeType[node] !== type.object || nodeName[node] === names.scope) return false;
    const atLeast = nodeName[node] === names.object ? DICTIONARY_MIN_PROPERTIES : INSTANCE_MIN_PROPERTIES;
    if (firstEdge[node + 1] - firstEdge[node] < atLeast) return false;
    let count = 0;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if (edgeType[edge] === edgeKinds.property && ++count >= atLeast) return true;
    }
    return false;
  }

  /** The table of an object with very many properties; -1 of others. */
  function nameDictionaryOf(node: number): number {
    if (graph.nodeType[node] !== type.object) return -1;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const isProperties = edgeType[edge] === edgeKinds.internal && edgeName[edge] === names.properties;
      if (!isProperties) continue;
      const to = edgeTo[edge];
      const isLarge = firstEdge[to + 1] - firstEdge[to] >= DICTIONARY_MIN_PROPERTIES;
      return isLarge && graph.nodeType[to] === type.array ? to : -1;
    }
    return -1;
  }

  function rankOfRoot(node: number): number {
    const name = nodeName[node];
    let rank = rootRank.get(name);
    if (rank === undefined) {
      rank = rankOfRootName(strings.get(name));
      rootRank.set(name, rank);
    }
    return rank;
  }

  /** An ES module: its body, and the variables that it exports, each of which V8 keeps in a cell. */
  function pushModule(module: number, label: number): void {
    absorbAlone(module);
    for (let edge = firstEdge[module]; edge < firstEdge[module + 1]; edge++) {
      if (edgeType[edge] !== edgeKinds.hidden) continue;
      const to = edgeTo[edge];
      if (edgeName[edge] === EXPORTS_FIELD && graph.nodeType[to] === type.array) pushExports(to);
      else if (roles[to] === Role.object) push(label, to, Rank.normal);
    }
  }

  /** A table in which the cell of a variable follows its name. */
  function pushExports(table: number): void {
    const nameAt = new Map<number, number>(); // slot -> StringIndex
    absorbAlone(table);
    for (let edge = firstEdge[table]; edge < firstEdge[table + 1]; edge++) {
      if (graph.nodeType[edgeTo[edge]] === type.string)
        nameAt.set(Number(strings.get(edgeName[edge])), nodeName[edgeTo[edge]]);
    }
    for (let edge = firstEdge[table]; edge < firstEdge[table + 1]; edge++) {
      const cell = edgeTo[edge];
      const name =
        nodeName[cell] === names.cell ? nameAt.get(Number(strings.get(edgeName[edge])) - 1) : undefined;
      if (name === undefined) continue;
      for (let held = firstEdge[cell]; held < firstEdge[cell + 1]; held++) {
        if (edgeType[held] === edgeKinds.internal && roles[edgeTo[held]] === Role.object)
          push(variable(name), edgeTo[held], Rank.normal);
      }
    }
  }

  function pushTarget(label: number, to: number, rank: number): void {
    if (nodeName[to] === names.module && roles[to] === Role.storage) return pushModule(to, label);
    if (roles[to] === Role.storage) absorb(to, label, rank);
    else push(label, to, isNative[graph.nodeType[to]] ? Math.max(rank, rankOfHandle(to)) : rank);
  }

  /** Node's list of everything to be cleaned up at exit names every open handle: it is no one's holder. */
  const rankOfHandle = (node: number) => (rankOfRoot(node) === Rank.handle ? Rank.handle : Rank.normal);

  function readRoot(node: number): void {
    const rank = node === 0 ? Rank.native : rankOfRoot(node);
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = edgeTo[edge];
      if (edgeType[edge] === edgeKinds.weak || roles[to] === Role.engine) continue;
      const isGlobal = node === 0 && edgeType[edge] === edgeKinds.shortcut;
      const isCategory = graph.nodeType[to] === type.synthetic;
      const own = isGlobal ? Rank.normal : isCategory ? rankOfRoot(to) : rank;
      const isName = edgeType[edge] !== edgeKinds.element && edgeType[edge] !== edgeKinds.hidden;
      // V8 numbers what it has no name for, and a compile job adds " / IdentityMapBase"
      const name = isName && !isGlobal ? strings.get(edgeName[edge]) : '';
      const isCompileJob = name.endsWith('IdentityMapBase');
      pushTarget(labels.id('(root)'), to, isCompileJob ? Rank.accident : own);
    }
  }

  function readInternal(node: number, edge: number): void {
    const name = edgeName[edge];
    const to = edgeTo[edge];
    if (name === names.elements || name === names.properties) {
      if (roles[to] === Role.storage) absorbAlone(to);
      return;
    }
    if (name === names.table && graph.nodeType[to] === type.array) {
      if (nodeName[node] !== names.weakMap && nodeName[node] !== names.weakSet) {
        absorbTable(to, nodeName[node] !== names.set && !isSetShaped(to));
      } else absorbAlone(to);
      return;
    }
    if (isEphemeron(name)) {
      if (graph.nodeType[node] !== type.array && nodeName[node] !== names.weakMap)
        pushTarget(weakMapLabel, to, Rank.detour);
      return;
    }
    if (name === names.context) return pushTarget(scopeLabel, to, Rank.normal);
    if (name === names.previous) return pushTarget(outerScopeLabel, to, Rank.normal);
    pushTarget(internal(name), to, Rank.normal);
  }

  /** A subclass of Set has another name; its table's size fits the stride of a set and not that of a map. */
  function isSetShaped(table: number): boolean {
    const slots = (graph.selfSize[table] - 16) / 8 - 3;
    return isPowerOfTwo(slots / 5) && !isPowerOfTwo(slots / 7);
  }

  function readEdge(node: number, edge: number, dictionary: boolean): void {
    const to = edgeTo[edge];
    const kind = edgeType[edge];
    if (kind === edgeKinds.weak || kind === edgeKinds.shortcut || roles[to] === Role.engine) return;
    if (kind === edgeKinds.property) {
      const name = edgeName[edge];
      if (timerLinks.has(name) && isTimer(to)) return;
      const rank = detourNames.has(name) ? Rank.detour : Rank.normal;
      return pushTarget(dictionary && rank === Rank.normal ? dictionaryLabel : property(name), to, rank);
    }
    if (kind === edgeKinds.context) return pushTarget(variable(edgeName[edge]), to, Rank.normal);
    if (kind === edgeKinds.element) return pushTarget(elementLabel, to, Rank.normal);
    if (kind === edgeKinds.internal) return readInternal(node, edge);
    pushTarget(unnamedLabel, to, Rank.normal);
  }

  const isTimer = (node: number) => nodeName[node] === names.timeout || nodeName[node] === names.timersList;

  return {
    read(node) {
      list.count = 0;
      list.storageBytes = 0;
      if (graph.nodeType[node] === type.synthetic && isRootCategory(graph, node)) {
        readRoot(node);
        return list;
      }
      const dictionary = isDictionary(node);
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) readEdge(node, edge, dictionary);
      const properties = nameDictionaryOf(node);
      if (properties !== -1) pushKeys(properties, list.count);
      if (nodeName[node] === names.timersList && graph.nodeType[node] === type.object) pushTimers(node);
      return list;
    },
  };
}

const isPowerOfTwo = (value: number) => Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;

function edgeKindsOf(graph: HeapGraph): EdgeKinds {
  const kind = (name: string) => graph.edgeTypeNames.indexOf(name);
  return {
    weak: kind('weak'),
    shortcut: kind('shortcut'),
    property: kind('property'),
    context: kind('context'),
    element: kind('element'),
    internal: kind('internal'),
    hidden: kind('hidden'),
  };
}
