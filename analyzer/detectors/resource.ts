import type { FindingKind } from '../report.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Diagnosis } from './detector.ts';
import type { Facts } from './facts.ts';
import { mostFrequent } from './facts.ts';

/** Something a program opens or makes, which Node then keeps for it in places of its own. */
interface Resource {
  readonly className: string;
  readonly noun: string;
  readonly kind: FindingKind;
  readonly fix: string;
}

/** The outermost first: a worker has ports and streams, an agent has sockets, and it is the worker or agent that was opened. */
const RESOURCES: readonly Resource[] = [
  {
    className: 'Worker',
    noun: 'worker threads',
    kind: 'handle',
    fix: '`terminate()` a worker, or let its code end.',
  },
  {
    className: 'ChildProcess',
    noun: 'child processes',
    kind: 'handle',
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
    fix: '`close()` a watcher when its owner is done.',
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
    fix: '`close()` one port of each channel.',
  },
];

/**
 * What the program opened, where Node's own objects hold what grows: each new object brings one of these along.
 * @returns null when no known one comes with them
 */
export function openedResource(facts: Facts): Diagnosis | null {
  const brought = broughtAlong(facts);
  const resource = RESOURCES.find(({ className }) => brought.classes.has(className));
  if (resource === undefined) return null;
  return {
    kind: resource.kind,
    subject: `open ${resource.noun}`.replace('open entries', 'entries'),
    predicate: resource.kind === 'handle' ? 'are never closed' : 'pile up in a list of Node',
    name: `${resource.className} objects`,
    className: resource.className,
    property: null,
    container: resource.className,
    what: `${resource.className} objects and what belongs to them`,
    fix: resource.fix,
    evidence: [],
    where: { position: brought.position, look: 'function', name: null, className: null },
  };
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
