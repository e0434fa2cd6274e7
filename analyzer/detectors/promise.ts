import { REACTION_LABEL } from '../model/labels.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Locator } from '../source/locate.ts';
import { isNodeScript } from '../source/packages.ts';
import type { Detector, Diagnosis } from './detector.ts';
import type { Facts } from './facts.ts';
import { functionName, holderName, declarationOf } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

/** Reactions that pile up on one promise that stays pending, and promises that are kept and never settle. */
export const promise: Detector = {
  name: 'promise',
  diagnose(facts, locator) {
    if (facts.view.className(facts.holder) === 'Promise' && facts.memberVia === REACTION_LABEL)
      return chained(facts, locator) ?? reactions(facts);
    if ((facts.memberClass === 'Promise' && isPending(facts)) || isResolver(facts)) return pending(facts);
    return null;
  },
};

/** Each promise waits for the next one, as where a function returns its own call: none of them is settled before the last. */
function chained(facts: Facts, locator: Locator): Diagnosis | null {
  if (!facts.isChain || holderName(facts).anchor !== 'none') return null;
  const promises = [...facts.chain.map(({ node }) => node).toReversed(), ...facts.holding.samples];
  const position = promises.map((node) => reactingFunction(facts, node)).find((at) => at !== null) ?? null;
  if (position === null) return null;
  const name = locator.functionName(position) ?? 'Promise';
  return {
    kind: 'promise',
    subject: 'chain of promises',
    predicate: 'grows: each waits for the next one, and none is ever settled',
    name,
    className: null,
    property: null,
    container: 'Promise',
    what: 'promises that wait for the next one',
    fix: 'Go round in a loop of one async function instead of returning a promise that returns the next one: none is let go before the last is settled.',
    evidence: [`\`${name}\` waits at its end`],
    where: { position, look: 'function', name: null, className: null },
  };
}

/** Where the program's function stands that a promise calls when it is settled. */
function reactingFunction({ view, scripts }: Facts, node: number): ScriptPosition | null {
  const reaction = view.internal(node, 'reactions_or_result');
  if (reaction === -1 || view.className(reaction) !== 'system / PromiseReaction') return null;
  const { firstEdge, edgeTo } = view.graph;
  for (let edge = firstEdge[reaction]; edge < firstEdge[reaction + 1]; edge++) {
    const position = view.isClosure(edgeTo[edge]) ? scripts.positionOf(view.unwrapped(edgeTo[edge])) : null;
    if (position !== null && !isNodeScript(position.script)) return position;
  }
  return null;
}

function reactions(facts: Facts) {
  const name = holderName(facts);
  const callback = facts.holding.samples
    .map((node) => facts.view.unwrapped(node))
    .find((node) => facts.view.isClosure(node) && facts.scripts.positionOf(node) !== null);
  const handler = callback === undefined ? null : functionName(facts, callback);
  const waiting =
    facts.holding.samples.map((node) => awaitingFunction(facts, node)).find((at) => at !== null) ?? null;
  const isListed = name.anchor === 'none' && name.name.startsWith('['); // by a function that runs: its variables have no names
  return {
    kind: 'promise' as const,
    subject: isListed ? 'Promise in a list' : `Promise ${namePhrase(name)}`,
    predicate: handler
      ? `stays pending while \`then(${handler})\` is added again and again`
      : 'stays pending while ever more code waits for it',
    name: isListed
      ? 'Promise'
      : `${name.className && name.anchor === 'instance' ? `${name.className}.` : ''}${name.name}`,
    className: name.className,
    property: name.property,
    container: 'Promise',
    what: handler ? `reactions \`${handler}\`` : 'promise reactions',
    fix:
      'Do not chain per request onto a promise that lives as long as the process: race it against something that ends, or keep a list ' +
      'of callbacks that can be removed.',
    evidence: handler ? [`each reaction is function \`${handler}\``] : [],
    where: {
      position:
        (callback === undefined ? null : facts.scripts.positionOf(callback)) ?? waiting ?? name.position,
      look: 'function' as const,
      name: null,
      className: null,
    },
  };
}

function pending(facts: Facts) {
  const name = holderName(facts);
  const waiting =
    facts.holding.samples.map((node) => awaitingFunction(facts, node)).find((at) => at !== null) ?? null;
  return {
    kind: 'promise' as const,
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate: 'keeps promises that never settle',
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: 'promises that wait',
    fix: 'Settle every promise (reject it on timeout, abort or close) and drop it from the collection when it settles.',
    evidence: waiting ? [`an async function waits at ${waiting.script}:${waiting.line}`] : [],
    where: { ...declarationOf(name), position: name.position ?? waiting },
  };
}

/** A settled promise refers to what it was settled with; one that is kept for its value is a cache like any other. */
function isPending({ view, holding }: Facts): boolean {
  const promises = holding.samples.filter((node) => view.className(node) === 'Promise');
  const settled = promises.filter((node) => {
    const result = view.internal(node, 'reactions_or_result');
    return result !== -1 && view.className(result) !== 'system / PromiseReaction';
  });
  return settled.length * 2 < promises.length;
}

/** A promise's own resolve and reject functions have no source and keep their promise in their scope. */
function isResolver(facts: Facts): boolean {
  const { view, scripts } = facts;
  if (!view.isClosure(facts.member) || scripts.positionOf(facts.member) !== null) return false;
  const scope = view.internal(facts.member, 'context');
  if (scope === -1 || !view.isScope(scope)) return false;
  const { firstEdge, edgeTo } = view.graph;
  for (let edge = firstEdge[scope]; edge < firstEdge[scope + 1]; edge++) {
    if (view.className(edgeTo[edge]) === 'Promise' && !view.isClosure(edgeTo[edge])) return true;
  }
  return false;
}

/** The async function that a reaction would resume: closure -> scope -> generator, whose location is its function's. */
function awaitingFunction(facts: Facts, reaction: number): ScriptPosition | null {
  const { view } = facts;
  if (!view.isClosure(reaction)) return null;
  const scope = view.internal(reaction, 'context');
  const generator = scope === -1 ? -1 : view.internal(scope, 'extension');
  return generator === -1 ? null : facts.scripts.positionOf(generator);
}
