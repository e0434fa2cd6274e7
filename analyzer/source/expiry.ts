import type { AnyNode, Node } from 'acorn';
import { guardsOf } from './guards.ts';
import type { Removal, Span } from './removals.ts';
import {
  hasCall,
  isCallByName,
  isCallOf,
  isFunction,
  isWithin,
  nameOf,
  removalsFrom,
  removersOf,
  walk,
} from './removals.ts';
import { additions } from './declarations.ts';
import type { SourceFile } from './source-file.ts';

/** How the code of one file lets entries of a collection go as time passes. */
export interface Expiry {
  /** Offset of the removal that is meant. */
  readonly offset: number;
  /** True when what goes is chosen by comparing a time; false when all of it goes. */
  readonly byTime: boolean;
  /** The entry's property that the time is compared with; null when the code does not say it plainly. */
  readonly field: string | null;
}

/**
 * How a function that a timer calls takes something out of the collection of this name, itself or through others of the file;
 * null when it does not.
 * @param source the collection's code
 * @param timed the file in which the function stands, often the same, and an offset in it
 */
export function expiryBy(
  source: SourceFile,
  name: string,
  timed: { readonly source: SourceFile; readonly offset: number },
): Expiry | null {
  const removals = removalsFrom(source, name);
  if (removals.length === 0 || !timed.source.program) return null;
  const removers = removersOf(source, removals);
  const body = functionAt(timed.source, timed.offset);
  if (body === null) return null;
  const direct = timed.source === source ? removals.find(({ node }) => isWithin(node, body)) : undefined;
  const isOther = timed.source !== source;
  if (direct === undefined && !callsAny(timed.source, body, removers, isOther)) return null;
  return expiryOf(source, removals, removers, direct ?? removals[0]);
}

/**
 * The same where no timer is needed: what adds an entry goes through the others, in a loop, and takes out those whose time is
 * over. Told only where the time stands right beside the removal, for nothing else shows that the loop is meant.
 */
export function expiryOnAdding(source: SourceFile, name: string): Expiry | null {
  const removals = removalsFrom(source, name);
  if (removals.length === 0) return null;
  const added = additions(source, name);
  for (const removal of removals) {
    const test = isInLoop(source, removal.node) ? timedTest(source, [removal], new Set()) : null;
    const isSwept = added.some((offset) => {
      const body = functionAt(source, offset);
      const sweeper = new Set(removal.functionName === null ? [] : [removal.functionName]);
      return body !== null && (isWithin(removal.node, body) || callsAny(source, body, sweeper, false));
    });
    if (test !== null && isSwept)
      return { offset: removal.node.start, byTime: true, field: comparedField(source, test) };
  }
  return null;
}

function expiryOf(
  source: SourceFile,
  removals: readonly Removal[],
  removers: ReadonlySet<string>,
  shown: Removal,
): Expiry {
  const test = timedTest(source, removals, removers);
  return {
    offset: shown.node.start,
    byTime: test !== null,
    field: test === null ? null : comparedField(source, test),
  };
}

/** The first condition about a time under which something is removed, or a function called that does it. */
function timedTest(
  source: SourceFile,
  removals: readonly Removal[],
  removers: ReadonlySet<string>,
): Node | null {
  let found: Node | null = null;
  walk(source, (node, ancestors) => {
    for (const guard of found === null ? guardsOf(node, ancestors) : []) {
      if (!isAboutTime(source, guard.test)) continue;
      const isDirect = removals.some((removal) => isWithin(removal.node, guard.body));
      if (isDirect || (removers.size > 0 && callsAny(source, guard.body, removers, false)))
        found = guard.test;
    }
  });
  return found;
}

const TIME_WORD =
  /Date\.now|hrtime|\bnow\b|time|\bexp(ir|\b)|Expir|ttl|\bage|maxAge|stale|until|deadline|cutoff|threshold|At\b|_at\b/i;

/** A comparison in which a time is spoken of, or a question whether something is expired. */
function isAboutTime(source: SourceFile, test: Node): boolean {
  const node = test as AnyNode;
  if (node.type === 'LogicalExpression')
    return isAboutTime(source, node.left) || isAboutTime(source, node.right);
  if (node.type === 'UnaryExpression') return isAboutTime(source, node.argument);
  if (node.type === 'BinaryExpression')
    return COMPARISONS.has(node.operator) && TIME_WORD.test(source.text.slice(node.start, node.end));
  return node.type === 'CallExpression' && /expired|stale/i.test(nameOf(node.callee) ?? '');
}

const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const CLOCK = /now|hrtime|cutoff|threshold/i;

/** `entry.expires` of `entry.expires < Date.now()`. */
function comparedField(source: SourceFile, test: Node): string | null {
  const node = test as AnyNode;
  if (node.type === 'LogicalExpression')
    return comparedField(source, node.left) ?? comparedField(source, node.right);
  if (node.type !== 'BinaryExpression' || !COMPARISONS.has(node.operator)) return null;
  const sides = [node.left, node.right].flatMap(operands);
  const field = sides.find(
    (side) =>
      side.type === 'MemberExpression' &&
      !side.computed &&
      side.object.type !== 'ThisExpression' &&
      !CLOCK.test(source.text.slice(side.start, side.end)),
  );
  return field === undefined ? null : nameOf(field);
}

/** What is added and subtracted in one side of a comparison. */
function operands(node: Node): AnyNode[] {
  const any = node as AnyNode;
  return any.type === 'BinaryExpression' ? [any.left as Node, any.right].flatMap(operands) : [any];
}

function callsAny(source: SourceFile, body: Span, functions: ReadonlySet<string>, isOther: boolean): boolean {
  return hasCall(source, body, (call) => (isOther ? isCallByName : isCallOf)(call, functions));
}

/** The innermost function around an offset. */
function functionAt(source: SourceFile, offset: number): Span | null {
  let innermost: Span | null = null;
  walk(source, (node) => {
    if (!isFunction(node) || offset < node.start || offset > node.end) return;
    if (innermost === null || isWithin(node, innermost)) innermost = node;
  });
  return innermost;
}

const LOOPS = /^(For|While|DoWhile)/;

function isInLoop(source: SourceFile, inner: Node): boolean {
  let isLooped = false;
  walk(source, (node, ancestors) => {
    if (node !== inner) return;
    const from = ancestors.findLastIndex(isFunction);
    isLooped =
      ancestors.slice(from + 1).some(({ type }) => LOOPS.test(type)) ||
      isForEach(ancestors[from - 1] as AnyNode | undefined);
  });
  return isLooped;
}

const isForEach = (node: AnyNode | undefined) =>
  node?.type === 'CallExpression' && nameOf(node.callee) === 'forEach';
