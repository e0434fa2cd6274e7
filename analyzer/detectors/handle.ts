import { describeObjects } from '../model/describe.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Detector, Diagnosis } from './detector.ts';
import type { Facts } from './facts.ts';
import type { HolderName } from './holder-name.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

/** Classes of Node that stand for something the system has open. */
export const HANDLE_CLASSES: ReadonlySet<string> = new Set([
  'Socket',
  'TLSSocket',
  'Server',
  'TCP',
  'Pipe',
  'UDP',
  'FSWatcher',
  'FSEvent',
  'StatWatcher',
  'Worker',
  'MessagePort',
  'MessageChannel',
  'BroadcastChannel',
  'FileHandle',
  'ReadStream',
  'WriteStream',
  'ChildProcess',
  'Process',
  'Agent',
  'ClientHttp2Session',
  'ServerHttp2Session',
]);

/** Sockets, files, watchers, ports and workers that nobody closes, whether the program lists them or only the system does. */
export const handle: Detector = {
  name: 'handle',
  diagnose(facts) {
    const name = holderName(facts);
    if (isPools(facts, name)) return unreleased(facts, name);
    if (!HANDLE_CLASSES.has(facts.memberClass)) return null;
    return name.anchor === 'none' ? openHandles(facts, name) : listedHandles(facts, name);
  },
};

const FIX =
  'Close what was opened (`close`, `destroy`, `end`, `terminate`, give it back to its pool) on every path, errors included.';

function listedHandles(facts: Facts, name: HolderName): Diagnosis {
  return {
    kind: 'handle',
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate: 'keeps handles that nobody closes',
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: `${facts.memberClass} handles`,
    fix: FIX,
    evidence: [],
    where: declarationOf(name),
  };
}

const POOL = /pool(?:s|er|manager|cluster)?$/i; // ConnectionPool, pgPool, and not what a pool has: a PoolConnection

/** A pool has a list of what it made or lent; where that grows, what was taken does not come back. */
const isPools = (facts: Facts, { anchor, className }: HolderName) =>
  facts.content === 'objects' &&
  anchor === 'instance' &&
  className !== null &&
  POOL.test(className) &&
  !facts.isChain &&
  !facts.view.isString(facts.member) &&
  !facts.view.isClosure(facts.member);

function unreleased(facts: Facts, name: HolderName): Diagnosis {
  const what = describeObjects(facts.view, facts.member);
  return {
    kind: 'handle',
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate: `keeps ${what} that are never given back`,
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what,
    fix: 'Give back what is taken from the pool on every path, in a `finally`: after an error and a timeout, too; and set a maximum, so that a missing release is noticed soon.',
    evidence: [],
    where: declarationOf(name),
  };
}

function openHandles(facts: Facts, name: HolderName): Diagnosis {
  const position =
    facts.holding.samples.map((node) => usersPosition(facts, node)).find((at) => at !== null) ?? null;
  return {
    kind: 'handle',
    subject: `open ${facts.memberClass} handles`,
    predicate: 'are never closed, and keep themselves alive',
    name: `open ${facts.memberClass} handles`,
    className: facts.memberClass,
    property: name.property,
    container: facts.memberClass,
    what: `${facts.memberClass} handles`,
    fix: FIX,
    evidence: position === null ? [] : [`one of their listeners is at ${position.script}:${position.line}`],
    where: { position, look: 'function', name: null, className: null },
  };
}

/** A listener of the program's own on the object that owns the handle tells who uses it. */
function usersPosition(facts: Facts, node: number): ScriptPosition | null {
  const { view, scripts } = facts;
  const owner = view.property(node, '<symbol owner_symbol>');
  const events = view.property(owner === -1 ? node : owner, '_events');
  if (events === -1) return null;
  for (const event of view.propertyNames(events)) {
    const listener = view.property(events, event);
    const position = view.isClosure(listener) ? scripts.positionOf(view.unwrapped(listener)) : null;
    if (position !== null && !position.script.startsWith('node:')) return position;
  }
  return null;
}
