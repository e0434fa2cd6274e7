import type { Facts, Step, Surroundings } from './detectors/facts.ts';
import { isElementLabel, nameOf } from './detectors/facts.ts';
import { REACTION_LABEL, SCOPE_LABEL, TIMER_LABEL } from './model/labels.ts';
import { describeObjects } from './model/describe.ts';
import type { TraceElement } from './report.ts';
import type { Locator } from './source/locate.ts';

/**
 * The path from the root to a leaking object, root first, as LeakCanary prints one: engine-internal steps folded, the
 * reference that should be cut marked.
 */
export function traceOf(facts: Facts, locator: Locator, leakingReason: string): TraceElement[] {
  return [
    ...holdersOf(facts, locator, facts.isChain ? 'the first of a chain: each holds the next' : HOLDS_ALL),
    {
      label: facts.content === 'objects' ? describeObjects(facts.view, facts.member) : facts.content,
      via: viaOf(facts.memberVia),
      status: 'leaking',
      reason: leakingReason,
      location: facts.content !== 'objects' ? null : locationOf(facts, facts.member, locator),
      foldedSteps: 0,
    },
  ];
}

const HOLDS_ALL = 'holds them all';

/**
 * The path from the root to the holder, which is its last element.
 * @param holds what is said of the holder
 */
export function holdersOf(facts: Surroundings, locator: Locator, holds: string = HOLDS_ALL): TraceElement[] {
  const elements: TraceElement[] = [];
  let folded = 0;
  facts.chain.forEach((step, index) => {
    const isHolder = index === facts.chain.length - 1;
    if (!isHolder && isInternal(facts, step, index)) {
      folded++;
      return;
    }
    elements.push({
      label: labelOf(facts, step, locator),
      via: viaOf(step.via),
      status: isHolder ? 'suspect' : 'expected',
      reason: isHolder ? holds : null,
      location: locationOf(facts, step.node, locator),
      foldedSteps: folded,
    });
    folded = 0;
  });
  return elements;
}

/** Scopes (their variable names them), V8's root categories, and Node's own functions on the way. */
function isInternal(facts: Surroundings, step: Step, index: number): boolean {
  if (index === 0) return true;
  if (step.className === 'scope' || step.className.startsWith('(') || step.className.startsWith('C++ '))
    return true;
  if (!facts.view.isClosure(step.node)) return false;
  const position = facts.scripts.positionOf(step.node);
  return position === null || position.script.startsWith('node:');
}

function labelOf(facts: Surroundings, step: Step, locator: Locator): string {
  if (facts.view.isClosure(step.node)) return functionLabel(facts, step, locator);
  if (step.className === 'scope') return 'the call that made it';
  return step.className === '' ? 'object' : step.className;
}

/** A function without a name goes by the place it has in the source: `function (callback of setInterval in poll)`. */
function functionLabel(facts: Surroundings, step: Step, locator: Locator): string {
  const named = step.className.trim();
  const position = named === 'function' ? facts.scripts.positionOf(step.node) : null;
  const name = position === null ? null : locator.functionName(position);
  return name === null ? named : `function (${name})`;
}

/** A reference's label as a person reads it. */
export function viaOf(label: string): string {
  if (label.startsWith('$')) return `variable ${nameOf(label)}`;
  if (isElementLabel(label)) return '[…]';
  if (label === SCOPE_LABEL) return 'scope';
  if (label === REACTION_LABEL) return 'reaction';
  if (label === TIMER_LABEL) return 'timer';
  return label === '(root)' ? '' : label;
}

function locationOf(facts: Surroundings, node: number, locator: Locator) {
  const position = facts.scripts.positionOf(node);
  if (position === null || position.script.startsWith('node:')) return null;
  return locator.toSource(position.script, position.line, position.column);
}
