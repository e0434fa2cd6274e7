import { describeObjects } from '../model/describe.ts';
import { SCOPE_LABEL } from '../model/labels.ts';
import type { Locator } from '../source/locate.ts';
import { deadVariable, deadVariableFix, deadVariableSentence, deadVariableSites } from './dead-variable.ts';
import type { DeadVariable } from './dead-variable.ts';
import type { Detector, Diagnosis } from './detector.ts';
import type { Facts } from './facts.ts';
import { nameOf } from './facts.ts';
import { functionName, holderName } from './holder-name.ts';
import type { HolderName } from './holder-name.ts';
import { containerWord, namePhrase, newBytesPerObject } from './words.ts';

/**
 * Functions that stay reachable and hold what they captured: chains of wrappers, objects that are chained through the scope of
 * one of their functions, and lists of callbacks with large scopes.
 */
export const closure: Detector = {
  name: 'closure',
  diagnose(facts, locator) {
    if (isScopeChain(facts)) return isFunction(facts) ? wrapperChain(facts) : objectChain(facts, locator);
    if (!isFunction(facts)) return null;
    if (facts.memberVia.startsWith('$') || (facts.isChain && nameOf(facts.memberVia) !== null))
      return wrapperChain(facts);
    return newBytesPerObject(facts) >= MIN_CAPTURED_BYTES ? heavyClosures(facts, locator) : null;
  },
};

/** A closure of its own is 64 bytes and its scope some 50; a list of lighter ones is a list like any other. */
const MIN_CAPTURED_BYTES = 512;

const isFunction = (facts: Facts) => facts.view.isClosure(facts.member);

/** Each member keeps the one before in a scope: that of a function it has, or is. */
const isScopeChain = (facts: Facts) =>
  facts.isChain && (facts.memberVia === SCOPE_LABEL || facts.view.isScope(facts.holder));

/** What the whole chain hangs on, where no variable of it has a name: V8 does not write those of blocks down. */
function chainName(facts: Facts): HolderName {
  const below = facts.chain.findLast((step) => !facts.view.isScope(step.node));
  return holderName(facts, below?.node);
}

function wrapperChain(facts: Facts): Diagnosis {
  const variable = nameOf(facts.memberVia);
  const holder = chainName(facts);
  const member = functionName(facts, facts.member);
  const position = facts.scripts.positionOf(facts.member) ?? holder.position;
  const isProperty = facts.memberVia.startsWith('.');
  const name = isProperty ? `${holder.name}.${variable}` : (variable ?? member ?? holder.name);
  return {
    kind: 'closure',
    subject: `functions chained through \`${name}\``,
    predicate: 'pile up: each wraps the one before and keeps it',
    name,
    className: holder.className,
    property: variable ?? holder.property,
    container: 'closure',
    what: member ? `functions \`${member}\`` : 'functions',
    fix: 'Wrap once: mark the wrapped function (a symbol property) and return early when the mark is there, or undo the wrapping.',
    evidence:
      variable === null
        ? []
        : isProperty
          ? [`each function has the one before as its property \`${variable}\``]
          : [`each function's scope holds the one before in \`${variable}\``],
    where: { position, look: 'function', name: null, className: null },
  };
}

function objectChain(facts: Facts, locator: Locator): Diagnosis {
  const { view, scripts, chain, holder } = facts;
  const variable = nameOf(facts.memberVia);
  const keeper = chain.at(-2)?.node ?? -1;
  const owner = chainName(facts);
  const name = variable ?? owner.name;
  const position = scripts.positionOf(keeper) ?? owner.position;
  const dead = variable === null ? null : deadVariable({ view, scripts, locator }, holder, variable);
  return {
    kind: 'closure',
    subject: `${describeObjects(view, facts.member)} chained through variable \`${name}\``,
    predicate:
      dead === null
        ? `pile up: the scope of \`${owner.name}\` keeps the one before`
        : `pile up: nothing reads it, but \`${owner.name}\` shares its scope and keeps the one before`,
    name,
    className: owner.className,
    property: variable ?? owner.property,
    container: 'closure',
    what: describeObjects(view, facts.member),
    fix:
      dead === null
        ? `Set \`${name}\` to null when it is done with, or keep the function where it does not see the variable.`
        : deadVariableFix(dead),
    evidence: dead === null ? [] : [deadVariableSentence(dead)],
    where: { position, look: 'variable', name: variable, className: null },
    ...(dead === null ? {} : { sites: deadVariableSites(dead) }),
  };
}

function heavyClosures(facts: Facts, locator: Locator): Diagnosis {
  const name = holderName(facts);
  const member = functionName(facts, facts.view.unwrapped(facts.member));
  const variables = capturedVariables(facts);
  const captured = variables.slice(0, MAX_SHOWN);
  const dead = deadAmong(variables, facts, locator);
  const holds =
    captured.length === 0 ? '' : ` capturing ${captured.map((variable) => `\`${variable}\``).join(', ')}`;
  return {
    kind: 'closure',
    subject: `${containerWord(facts)} ${namePhrase(name)}`,
    predicate:
      dead === null
        ? `keeps functions${member ? ` \`${member}\`` : ''}${holds}`
        : `keeps functions${member ? ` \`${member}\`` : ''} whose scope holds \`${dead.name}\`, which nothing reads`,
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: `functions${member ? ` \`${member}\`` : ''}${holds}`,
    fix: dead === null ? CAPTURE_FIX : deadVariableFix(dead),
    evidence: [
      ...(captured.length === 0 ? [] : [`captured variables: ${captured.join(', ')}`]),
      ...(dead === null ? [] : [deadVariableSentence(dead)]),
    ],
    ...(dead === null ? {} : { sites: deadVariableSites(dead) }),
    where: {
      position: facts.scripts.positionOf(facts.view.unwrapped(facts.member)) ?? name.position,
      look: 'function',
      name: name.property,
      className: name.className,
    },
  };
}

const CAPTURE_FIX =
  'Take the function out when it was called, or let it capture only the few values it needs instead of the whole object.';

const MAX_SHOWN = 3;
const MAX_CAPTURED = 12; // a scope with more is a module's

/** The first of the variables that nothing alive reads. */
function deadAmong(captured: readonly string[], facts: Facts, locator: Locator): DeadVariable | null {
  const { view, scripts } = facts;
  const scope = view.internal(view.unwrapped(facts.member), 'context');
  for (const name of scope === -1 ? [] : captured) {
    const dead = deadVariable({ view, scripts, locator }, scope, name);
    if (dead !== null) return dead;
  }
  return null;
}

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
