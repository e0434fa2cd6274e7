import type { Diagnosis, Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { mostFrequent } from './facts.ts';
import { functionName, holderName, declarationOf } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

const TIMER_CLASSES: ReadonlySet<string> = new Set(['Timeout', 'Immediate']);
const LIST_CLASSES: ReadonlySet<string> = new Set(['TimersList', 'ImmediateList']);
const LIST_CLASS = 'TimersList'; // one for each delay: timers of ever new delays make ever new lists

/** Timers that are never cleared, and timer objects that are kept after they fired. */
export const timer: Detector = {
  name: 'timer',
  diagnose(facts) {
    if (facts.memberClass === LIST_CLASS) return activeTimers(facts);
    if (!TIMER_CLASSES.has(facts.memberClass)) return null;
    return LIST_CLASSES.has(facts.view.className(facts.holder)) ? activeTimers(facts) : keptTimers(facts);
  },
};

function activeTimers(facts: Facts): Diagnosis {
  const { view, scripts } = facts;
  const callbacks = facts.holding.samples
    .map((node) => callbackOf(facts, node))
    .filter((node) => node !== -1);
  const placeOf = (closure: number) => {
    const position = scripts.positionOf(closure);
    return position ? `${position.script}:${position.line}:${position.column}` : view.className(closure);
  };
  const place = callbacks.length === 0 ? null : mostFrequent(callbacks.map(placeOf));
  const callback = callbacks.find((closure) => placeOf(closure) === place) ?? -1;
  const what = kindOf(facts);
  const delay = delayOf(facts);
  const handler = functionName(facts, callback);
  const every = delay === null ? '' : ` of ${delay} ms`;
  return {
    kind: 'timer',
    subject: `${NOUNS[what]}${every}${handler ? ` calling \`${handler}\`` : ''}`,
    predicate: what === 'interval' ? 'are started and never cleared' : 'pile up faster than they fire',
    name: `${what === 'interval' ? 'setInterval' : 'setTimeout'}${handler ? ` ${handler}` : ''}`,
    className: 'Timeout',
    property: null,
    container: 'Timeout',
    what: `active ${what} timers`,
    fix:
      what === 'interval'
        ? 'Keep what `setInterval` returns and `clearInterval` it when its owner goes, or start one interval for all owners.'
        : 'Keep what `setTimeout` returns and `clearTimeout` it as soon as the work it guards is done.',
    evidence: [
      ...(delay === null ? [] : [`the timers' delay is ${delay} ms`]),
      ...(facts.holding.holders.length > 1 ? [`${facts.holding.holders.length} different delays`] : []),
    ],
    where: { position: scripts.positionOf(callback), look: 'function', name: null, className: null },
  };
}

const NOUNS = { interval: 'intervals', timeout: 'timeouts', immediate: 'immediates' } as const;

function keptTimers(facts: Facts): Diagnosis {
  const name = holderName(facts);
  return {
    kind: 'timer',
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate: 'keeps timer objects after they are done',
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: `${facts.memberClass} objects`,
    fix: 'Delete the entry when its timer fires or is cleared: a Timeout object keeps its callback and all it captures.',
    evidence: [],
    where: declarationOf(name),
  };
}

function callbackOf(facts: Facts, member: number): number {
  const { view } = facts;
  const timerNode = facts.memberClass === LIST_CLASS ? view.property(member, '_idleNext') : member;
  if (timerNode === -1) return -1;
  const callback = [view.property(timerNode, '_onTimeout'), view.property(timerNode, '_onImmediate')].find(
    (node) => node !== -1 && view.isClosure(node),
  );
  return callback === undefined ? -1 : view.unwrapped(callback);
}

const NULL_NAMES: ReadonlySet<string> = new Set(['null', 'system / Oddball']); // since Node 24; before

/** An interval's `_repeat` is a number, which V8 doesn't write as an edge; a timeout's is null, which it does. */
function kindOf(facts: Facts): 'interval' | 'timeout' | 'immediate' {
  if (facts.memberClass === 'Immediate') return 'immediate';
  const first =
    facts.memberClass === LIST_CLASS ? facts.view.property(facts.member, '_idleNext') : facts.member;
  const repeat = facts.view.property(first, '_repeat');
  return repeat !== -1 && NULL_NAMES.has(facts.view.className(repeat)) ? 'timeout' : 'interval';
}

/** timerListMap holds each list under its delay in milliseconds. */
function delayOf(facts: Facts): number | null {
  if (facts.memberClass === LIST_CLASS) return null;
  const list = facts.chain.at(-1);
  const map = facts.chain.at(-2);
  if (!list || !map) return null;
  const edge = facts.view.edgesBetween(map.node, list.node).find(({ type }) => type === 'element');
  return edge ? Number(edge.name) : null;
}
