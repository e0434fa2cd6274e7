import { SCOPE_LABEL } from '../model/labels.ts';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { nameOf } from './facts.ts';
import { functionName, holderName } from './holder-name.ts';
import { containerWord, namePhrase, newBytesPerObject } from './words.ts';

/** Functions that stay reachable and hold what they captured: chains of wrappers, and lists of callbacks with large scopes. */
export const closure: Detector = {
  name: 'closure',
  diagnose(facts) {
    if (!isFunction(facts)) return null;
    if (isWrapperChain(facts)) return wrapperChain(facts);
    return newBytesPerObject(facts) >= MIN_CAPTURED_BYTES ? heavyClosures(facts) : null;
  },
};

/** A closure of its own is 64 bytes and its scope some 50; a list of lighter ones is a list like any other. */
const MIN_CAPTURED_BYTES = 512;

const isFunction = (facts: Facts) => facts.view.isClosure(facts.member);

const isWrapperChain = (facts: Facts) =>
  facts.memberVia.startsWith('$') || (facts.isChain && facts.memberVia === SCOPE_LABEL);

function wrapperChain(facts: Facts) {
  const variable = nameOf(facts.memberVia);
  const holder = holderName(facts);
  const member = functionName(facts, facts.member);
  const position = facts.scripts.positionOf(facts.member) ?? holder.position;
  const name = variable ?? member ?? holder.name;
  return {
    kind: 'closure' as const,
    subject: `functions chained through \`${name}\``,
    predicate: 'pile up: each wraps the one before and keeps it',
    name,
    className: holder.className,
    property: variable,
    container: 'closure',
    what: member ? `functions \`${member}\`` : 'functions',
    fix: 'Wrap once: mark the wrapped function (a symbol property) and return early when the mark is there, or undo the wrapping.',
    evidence: variable ? [`each function's scope holds the one before in \`${variable}\``] : [],
    where: { position, look: 'function' as const, name: null, className: null },
  };
}

function heavyClosures(facts: Facts) {
  const name = holderName(facts);
  const member = functionName(facts, facts.view.unwrapped(facts.member));
  const captured = capturedVariables(facts);
  const holds =
    captured.length === 0 ? '' : ` capturing ${captured.map((variable) => `\`${variable}\``).join(', ')}`;
  return {
    kind: 'closure' as const,
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate: `keeps functions${member ? ` \`${member}\`` : ''}${holds}`,
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: `functions${member ? ` \`${member}\`` : ''}${holds}`,
    fix: 'Take the function out when it was called, or let it capture only the few values it needs instead of the whole object.',
    evidence: captured.length === 0 ? [] : [`captured variables: ${captured.join(', ')}`],
    where: {
      position: facts.scripts.positionOf(facts.view.unwrapped(facts.member)) ?? name.position,
      look: 'function' as const,
      name: name.property,
      className: name.className,
    },
  };
}

const MAX_CAPTURED = 3;

function capturedVariables(facts: Facts): string[] {
  const { view } = facts;
  const scope = view.internal(view.unwrapped(facts.member), 'context');
  if (scope === -1) return [];
  const { firstEdge, edgeType, edgeName, edgeTypeNames, strings } = view.graph;
  const names: string[] = [];
  for (let edge = firstEdge[scope]; edge < firstEdge[scope + 1]; edge++) {
    if (edgeTypeNames[edgeType[edge]] === 'context') names.push(strings.get(edgeName[edge]));
  }
  return names.filter((name) => name !== 'this').slice(0, MAX_CAPTURED);
}
