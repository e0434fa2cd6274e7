import type { FindingKind } from '../report.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Diagnosis, Whereabouts } from './detector.ts';
import type { Facts } from './facts.ts';
import { mostFrequent } from './facts.ts';
import { holderCount } from './words.ts';

/** Something a program opens or makes, which Node then keeps for it in places of its own. */
interface Resource {
  readonly className: string;
  /** Classes that come with it and with nothing else, for when it is not in sight itself. */
  readonly parts?: readonly string[];
  /** Variables of Node's in which it keeps a part of each. */
  readonly registries?: readonly string[];
  /** A class of Node's own that only holds such. */
  readonly keeper?: string;
  readonly noun: string;
  /** What happens to them, where it is not that they are never closed. */
  readonly predicate?: string;
  readonly kind: FindingKind;
  readonly fix: string;
  /** What is called to open one, by a name that says as much in any package; where nothing tells who did. */
  readonly opens?: readonly string[];
  /** The same by a name that others use for other things, so that only the application's own calls tell. */
  readonly opensHere?: readonly string[];
}

/** The outermost first: a worker has ports and streams, an agent has sockets, and it is the worker or agent that was opened. */
const RESOURCES: readonly Resource[] = [
  {
    className: 'Worker',
    parts: ['ReadableWorkerStdio', 'WritableWorkerStdio'],
    registries: ['threadsPorts'],
    noun: 'worker threads',
    predicate: 'never end',
    kind: 'handle',
    opens: ['Worker'],
    fix: '`terminate()` a worker when its work is done, or let its code end; for work that repeats keep a pool of a few workers.',
  },
  {
    className: 'ChildProcess',
    noun: 'child processes',
    predicate: 'never end',
    kind: 'handle',
    opensHere: ['spawn', 'fork', 'exec', 'execFile'],
    fix: 'End a child process, and read or ignore its output so that it can.',
  },
  {
    className: 'Agent',
    noun: 'sockets of ever new `Agent` objects',
    kind: 'handle',
    fix: 'Make one Agent and use it for all requests; `destroy()` one that is not used any more.',
  },
  {
    className: 'FSWatcher',
    noun: 'file watchers',
    kind: 'handle',
    opensHere: ['watch'],
    fix: '`close()` a watcher when its owner is done.',
  },
  {
    className: 'ClientHttp2Session',
    parts: ['ServerHttp2Session'],
    noun: 'HTTP/2 sessions',
    kind: 'handle',
    opensHere: ['connect'],
    fix: 'Keep one session for each server and send all requests over it; `close()` it when it is done with, on every path.',
  },
  {
    className: 'BroadcastChannel',
    noun: 'broadcast channels',
    kind: 'handle',
    opens: ['BroadcastChannel'],
    fix: '`close()` a channel when its owner is done, or keep one of each name.',
  },
  {
    className: 'UDP',
    noun: 'UDP sockets',
    kind: 'handle',
    opens: ['createSocket'],
    fix: 'Make one socket and send everything over it, or `close()` each when its message is sent.',
  },
  {
    className: 'Blob',
    keeper: 'Node / StoredDataObject',
    noun: 'blobs with a URL of `URL.createObjectURL`',
    predicate: 'are never revoked',
    kind: 'native',
    opens: ['createObjectURL'],
    fix: 'Call `URL.revokeObjectURL(url)` once a URL was used: Node keeps its blob for ever.',
  },
  {
    className: 'PerformanceObserver',
    noun: 'performance observers',
    kind: 'global',
    fix: '`disconnect()` an observer when its owner is done.',
  },
  {
    className: 'PerformanceMark',
    noun: 'entries of `performance.mark()`',
    kind: 'global',
    fix: 'Call `performance.clearMarks(name)` once a mark was measured: Node keeps them for ever.',
  },
  {
    className: 'PerformanceMeasure',
    noun: 'entries of `performance.measure()`',
    kind: 'global',
    fix: 'Call `performance.clearMeasures(name)` once a measure was read: Node keeps them for ever.',
  },
  {
    className: 'ClientRequest',
    noun: 'HTTP requests',
    kind: 'handle',
    fix: 'Read each response to its end, or `destroy()` the request; give it a timeout.',
  },
  {
    className: 'TLSSocket',
    noun: 'TLS sockets',
    kind: 'handle',
    fix: '`destroy()` or `end()` each socket on every path.',
  },
  {
    className: 'MessagePort',
    noun: 'message ports',
    kind: 'handle',
    opens: ['MessageChannel'],
    fix: '`close()` one port of each channel.',
  },
];

/**
 * What the program opened, where Node's own objects hold what grows: each new object brings one of these along.
 * @returns null when no known one comes with them
 */
export function openedResource(facts: Facts): Diagnosis | null {
  const brought = broughtAlong(facts);
  const resource = RESOURCES.find((one) => isBrought(one, brought, facts));
  if (resource === undefined) return null;
  return {
    kind: resource.kind,
    subject: resource.predicate ? resource.noun : `open ${resource.noun}`.replace('open entries', 'entries'),
    predicate:
      resource.predicate ?? (resource.kind === 'handle' ? 'are never closed' : 'pile up in a list of Node'),
    name: `${resource.className} objects`,
    className: resource.className,
    property: null,
    container: resource.className,
    what: `${resource.className} objects and what belongs to them`,
    fix: resource.fix,
    evidence: [],
    where: whereOpened(resource, brought.position),
  };
}

/** Where the function stands that each of them refers to; else where one is opened. */
function whereOpened({ opens, opensHere }: Resource, position: ScriptPosition | null): Whereabouts {
  const calls = opens ?? opensHere;
  return position === null && calls !== undefined
    ? { position, look: 'call', name: null, className: null, calls, isAnywhere: opens !== undefined }
    : { position, look: 'function', name: null, className: null };
}

function isBrought(
  { className, parts = [], registries = [], keeper }: Resource,
  brought: Brought,
  facts: Facts,
) {
  if (keeper !== undefined) return facts.chain.some((step) => step.className === keeper);
  const comesAlong = [className, ...parts].some((one) => brought.classes.has(one));
  const isKeptByParts = holderCount(facts) > 1 && facts.chain.some((step) => parts.includes(step.className));
  return (
    comesAlong ||
    isKeptByParts ||
    registries.some((variable) => facts.chain.some(({ via }) => via === `$${variable}`))
  );
}

interface Brought {
  readonly classes: ReadonlySet<string>;
  /** Where a function of the program's stands that most of them hold. */
  readonly position: ScriptPosition | null;
}

const MAX_SAMPLES = 24;
const MAX_NODES = 800; // around each
const MIN_SHARE = 0.4; // two sockets for a connection within one process are one object each

/** Classes of which (nearly) each sampled object has an instance of its own in its surroundings. */
function broughtAlong(facts: Facts): Brought {
  const nodesByClass = new Map<string, Set<number>>();
  const positions = new Map<string, ScriptPosition>();
  const places: string[] = [];
  const { samples: ofOne, spread } = facts.holding;
  const samples = (spread.length > 1 ? spread : ofOne).slice(0, MAX_SAMPLES);
  for (const sample of samples) {
    for (const node of surroundings(facts, sample)) {
      const { view, scripts } = facts;
      if (view.isString(node)) continue;
      if (view.isClosure(node)) {
        const position = scripts.positionOf(node);
        if (position === null || position.script.startsWith('node:')) continue;
        const place = `${position.script}:${position.line}:${position.column}`;
        positions.set(place, position);
        places.push(place);
      } else {
        const className = view.className(node);
        nodesByClass.set(className, (nodesByClass.get(className) ?? new Set()).add(node));
      }
    }
  }
  const classes = Array.from(nodesByClass).filter(([, nodes]) => nodes.size >= samples.length * MIN_SHARE);
  return {
    classes: new Set(classes.map(([className]) => className)),
    position: places.length < samples.length * MIN_SHARE ? null : positions.get(mostFrequent(places))!,
  };
}

const FOLLOWED: ReadonlySet<string> = new Set(['property', 'context', 'element']);
const FOLLOWED_INTERNAL: ReadonlySet<string> = new Set([
  'context',
  'bound_this',
  'bound_function',
  'native_to_javascript',
  'table',
]);

/** Objects around a node, the nearest first. */
function surroundings({ view, chain }: Facts, from: number): readonly number[] {
  const { firstEdge, edgeTo, edgeType, edgeTypeNames, edgeName, strings } = view.graph;
  const { nodeType, nodeTypeNames } = view.graph;
  const isTable = (node: number) => nodeTypeNames[nodeType[node]] === 'array';
  const nodes = [from];
  const seen = new Set([from, ...chain.map(({ node }) => node)]); // who holds them was there before
  for (let at = 0; at < nodes.length && nodes.length < MAX_NODES; at++) {
    const node = nodes[at];
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const type = edgeTypeNames[edgeType[edge]];
      const isFollowed =
        (FOLLOWED.has(type) && (type === 'element' || strings.get(edgeName[edge]) !== '__proto__')) ||
        (type === 'internal' && (isTable(node) || FOLLOWED_INTERNAL.has(strings.get(edgeName[edge]))));
      if (!isFollowed || seen.has(edgeTo[edge])) continue;
      seen.add(edgeTo[edge]);
      nodes.push(edgeTo[edge]);
    }
  }
  return nodes;
}
