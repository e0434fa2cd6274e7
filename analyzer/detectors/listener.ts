import type { ObjectView } from '../model/object-view.ts';
import type { Diagnosis, Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { nameOf } from './facts.ts';
import { functionName, holderName } from './holder-name.ts';
import { holderCount, namePhrase } from './words.ts';

/** Listeners that are added again and again: EventEmitter's `_events`, EventTarget's `kEvents` map, AbortSignal. */
export const listener: Detector = {
  name: 'listener',
  diagnose: (facts) => emitterListeners(facts) ?? eventTargetListeners(facts),
};

const MAX_BELOW = 2; // emitter -> _events -> array: the holder is one of the last two

function emitterListeners(facts: Facts): Diagnosis | null {
  const at = facts.chain.findLastIndex((step) => step.via === '._events');
  if (at < 1 || facts.chain.length - 1 - at > MAX_BELOW) return null;
  const below = facts.chain[at + 1];
  const event = below ? nameOf(below.via) : nameOf(facts.memberVia);
  return describe(facts, facts.chain[at - 1].node, event, facts.view.unwrapped(facts.member));
}

function eventTargetListeners(facts: Facts): Diagnosis | null {
  const at = facts.chain.findLastIndex((step) => step.via === '.<symbol kEvents>');
  if (at < 1) return null;
  const { view } = facts;
  const entry = facts.chain[at + 1]?.node ?? facts.member;
  const key = view.mapKey(facts.chain[at].node, entry);
  const event = key !== -1 && view.isString(key) ? view.text(key) : null;
  const callback = [view.property(facts.member, 'callback'), view.property(facts.member, 'listener')].find(
    (node) => node !== -1 && view.isClosure(node),
  );
  return describe(facts, facts.chain[at - 1].node, event, view.unwrapped(callback ?? facts.member));
}

function describe(facts: Facts, emitter: number, event: string | null, callback: number): Diagnosis {
  const className = emitterClass(facts.view, emitter);
  const name = holderName(facts, emitter);
  const handler = functionName(facts, callback);
  const quotedEvent = event === null ? 'ever new events' : `'${event}'`;
  const emitters = holderCount(facts);
  const isProcess = className === 'process'; // known by that name, whatever variable it was reached over
  const single = isProcess ? '`process`' : `${className} ${namePhrase(name)}`;
  const on = emitters > 1 ? `each of ${emitters} ${className} objects` : single;
  const position = facts.scripts.positionOf(callback);
  return {
    kind: 'listener',
    subject: `${quotedEvent} listeners${handler ? ` \`${handler}\`` : ''} on ${on}`,
    predicate: 'are added and never removed',
    name: `${isProcess ? 'process' : name.name} ${quotedEvent} listeners${handler ? ` (${handler})` : ''}`,
    className,
    property: event,
    container: className,
    what: handler ? `listener functions \`${handler}\`` : 'listener functions',
    fix:
      `Remove the listener when its owner is done (\`removeListener\`/\`off\`, \`{ once: true }\`, or an AbortSignal passed as ` +
      `\`signal\`), or add it once outside the code that runs per request.`,
    evidence: handler ? [`the listener is function \`${handler}\``] : [],
    where: { position: position ?? name.position, look: 'function', name: null, className: null },
  };
}

/** The class of what is listened to: V8 names an AbortSignal after its base class; its prototype tells. */
export function emitterClass(view: ObjectView, emitter: number): string {
  const own = view.className(emitter);
  if (own !== 'EventTarget') return own;
  const prototype = view.property(emitter, '__proto__');
  const hasAborted =
    prototype !== -1 && view.propertyNames(prototype).some((name) => name.includes('aborted'));
  return hasAborted ? 'AbortSignal' : own;
}
