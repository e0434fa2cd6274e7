import type { AnyNode, Node } from 'acorn';
import { simple } from 'acorn-walk';
import type { Guard } from './guards.ts';
import { guardsOf } from './guards.ts';
import { additions, plainName } from './declarations.ts';
import { elementVariables } from './elements.ts';
import type { Removal, Span } from './removals.ts';
import {
  hasCall,
  isCallByName,
  isFunction,
  isWithin,
  isZero,
  nameOf,
  removalsFrom,
  walk,
} from './removals.ts';
import { ringWrites } from './rings.ts';
import type { SourceFile } from './source-file.ts';

/** A place in the code that takes something out of a collection when it has become too large, or adds no more. */
export interface Bound extends Limit {
  readonly offset: number;
}

/** The largest size, as it is written: one of the two. */
export interface Limit {
  /** Name of a variable or a property. */
  readonly limit: string | null;
  readonly size: number | null;
}

const SIZE_NAME = /(size|length|count|entries|len)$/i;
const LIMIT_NAME =
  /[mM]ax|MAX|[lL]imit|[cC]ap|[bB]ound|[sS]ize|[mM]ost|[wW]indow|[tT]hreshold|[bB]udget|[qQ]uota|^[A-Z][A-Z_]{2,}$/;
const SWITCH_NAME = /^(is|has|use|should|can|no)[A-Z]/;
const PLAIN_LIMIT = /^_?#?max|limit$|^cap(acity)?$/i;
const LARGER: ReadonlySet<string> = new Set(['>', '>=', '===', '==']);
const STRICTLY_LARGER: ReadonlySet<string> = new Set(['>', '>=']);
const SMALLER: ReadonlySet<string> = new Set(['<', '<=']);

/**
 * The first condition on a size under which the collection of this name loses something: `if (cache.size > MAX)
 * cache.delete(oldest)`, also where the removal is in a function that is called there; or under which it takes no more. Null
 * when there is none.
 * @param name a variable, a property, or `<symbol description>`
 */
export function boundOn(source: SourceFile, name: string): Bound | null {
  const removals = removalsFrom(source, name);
  const eviction = removals.length === 0 ? null : evictionOf(source, removals);
  return eviction ?? ringOf(source, name) ?? refusalOf(source, name, removals) ?? roomOf(source, name);
}

/** The same of the elements of a collection, which are collections themselves: `const feed = feeds[team]; if (feed.length > MAX) …`. */
export function boundOnElements(source: SourceFile, collection: string): Bound | null {
  for (const { name, within } of elementVariables(source, collection)) {
    const bound = boundOn(source, name);
    if (bound !== null && within.start <= bound.offset && bound.offset <= within.end) return bound;
  }
  return null;
}

function evictionOf(source: SourceFile, removals: readonly Removal[]): Bound | null {
  const removers = new Set(removals.flatMap(({ functionName }) => functionName ?? []));
  let found: Bound | null = null;
  walk(source, (node, ancestors) => {
    for (const guard of found === null ? guardsOf(node, ancestors) : []) {
      const limit = limitIn(guard, localsAround(ancestors));
      if (limit === undefined || isSwitchedOn(ancestors)) continue;
      const isDirect = removals.some((removal) => isWithin(removal.node, guard.body));
      if (isDirect || hasCall(source, guard.body, (call) => isCallByName(call, removers)))
        found = { offset: node.start, ...limit };
    }
  });
  return found;
}

/** The length of a ring, to which nothing is added but in the place of something else. */
function ringOf(source: SourceFile, name: string): Bound | null {
  const writes = ringWrites(source, name);
  const limit = writes.length === 0 ? undefined : limitOf(writes[0].length);
  if (limit === undefined || additions(source, name).length > writes.length) return null;
  return { offset: writes[0].offset, ...limit };
}

/** Where it is reckoned how many more it may take: `this.max - this.connections.size`, as pools do before they make another one. */
function roomOf(source: SourceFile, name: string): Bound | null {
  let found: Bound | null = null;
  if (!source.program) return null;
  simple(source.program, {
    BinaryExpression(node) {
      if (found !== null || node.operator !== '-' || isTime(node.left)) return;
      const limit = limitOf(node.left);
      if (limit?.limit && sizesIn(node.right).some((size) => isSizeOf(size, name)))
        found = { offset: node.start, ...limit };
    },
  });
  return found;
}

/** The terms of a sum. */
function sizesIn(node: Node): readonly Node[] {
  const any = node as AnyNode;
  return any.type === 'BinaryExpression' && any.operator === '+'
    ? [...sizesIn(any.left), ...sizesIn(any.right)]
    : [node];
}

/**
 * The condition on its own size under which alone something is added to it, `if (memo.size < MAX) memo.set(key, value)`, but for
 * what takes the place of something else.
 */
function refusalOf(source: SourceFile, name: string, removals: readonly Removal[]): Bound | null {
  const replaced = source.program ? blocksAround(source, removals) : [];
  const replacing = new Set(ringWrites(source, name).map(({ offset }) => offset));
  const added = (source.program ? additions(source, name) : []).filter(
    (at) => !replacing.has(at) && !replaced.some(({ start, end }) => start <= at && at <= end),
  );
  if (added.length === 0) return null;
  const guards: { readonly bound: Bound; readonly body: Span }[] = [];
  walk(source, (node, ancestors) => {
    for (const guard of guardsOf(node, ancestors)) {
      const locals = localsAround(ancestors);
      if (!isOwnSize(guard.test, name, locals) || isSwitchedOn(ancestors)) continue;
      const limit = limitIn({ test: guard.test, isExit: !guard.isExit }, locals);
      if (limit !== undefined) guards.push({ bound: { offset: node.start, ...limit }, body: guard.body });
    }
  });
  const isGuarded = (at: number) => guards.some(({ body }) => body.start <= at && at <= body.end);
  return added.every(isGuarded) ? (guards[0]?.bound ?? null) : null;
}

/** The innermost blocks of statements that these stand in. */
function blocksAround(source: SourceFile, removals: readonly Removal[]): Span[] {
  const blocks: Span[] = [];
  simple(source.program!, { BlockStatement: (node) => void blocks.push(node) });
  return removals.flatMap(({ node }) =>
    blocks
      .filter((block) => isWithin(node, block))
      .toSorted((a, b) => a.end - a.start - (b.end - b.start))
      .slice(0, 1),
  );
}

/** Whether it compares `name.size`, `name.length` or `name.size()`, or one more. */
function isOwnSize(test: Node, name: string, locals: Locals): boolean {
  const node = test as AnyNode;
  if (node.type !== 'BinaryExpression') return false;
  return [node.left, node.right].some((side) => isSizeOf(withoutOne(meant(side, locals)), name));
}

function isSizeOf(node: Node, name: string): boolean {
  const size = node as AnyNode;
  const member = size.type === 'CallExpression' ? (size.callee as AnyNode) : size;
  return (
    member.type === 'MemberExpression' &&
    SIZE_NAME.test(nameOf(member) ?? '') &&
    nameOf(member.object) === plainName(name)
  );
}

const withoutOne = (node: Node): Node => {
  const any = node as AnyNode;
  return any.type === 'BinaryExpression' && any.operator === '+' ? any.left : node;
};

/** The limit that a size is held against; undefined when no size is. */
function limitIn({ test, isExit }: Pick<Guard, 'test' | 'isExit'>, locals: Locals): Limit | undefined {
  const node = test as AnyNode;
  if (node.type === 'LogicalExpression') {
    if (isSwitch(node.left) || isSwitch(node.right)) return undefined;
    const left = limitIn({ test: node.left, isExit }, locals);
    return left === undefined ? limitIn({ test: node.right, isExit }, locals) : left;
  }
  if (node.type !== 'BinaryExpression') return undefined;
  const [larger, smaller] = isExit ? [SMALLER, STRICTLY_LARGER] : [LARGER, SMALLER];
  const isLarger = larger.has(node.operator);
  if (!isLarger && !smaller.has(node.operator)) return undefined;
  if (node.operator === '===' || node.operator === '==') {
    const period = periodIn(node.left, node.right);
    if (period !== undefined) return period;
  }
  const [size, limit] = isLarger ? [node.left, node.right] : [node.right, node.left];
  const asWritten = limitOn(size, limit, locals);
  return asWritten === undefined ? limitOn(meant(size, locals), meant(limit, locals), locals) : asWritten;
}

/** `EVERY` of `list.length % EVERY === 0`: there it is looked through each time it has grown by as many. */
function periodIn(left: Node, right: Node): Limit | undefined {
  const remainder = left as AnyNode;
  if (!isZero(right) || remainder.type !== 'BinaryExpression' || remainder.operator !== '%') return undefined;
  if (!SIZE_NAME.test(nameOf(remainder.left) ?? '')) return undefined;
  const name = nameOf(remainder.right);
  return name === null ? limitOf(remainder.right) : { limit: name, size: null };
}

/** Variables of a function -> what they begin as. */
type Locals = ReadonlyMap<string, Node>;

function localsAround(ancestors: readonly Node[]): Locals {
  const around = ancestors.findLast(isFunction);
  const locals = new Map<string, Node>();
  if (around === undefined) return locals;
  simple(around, {
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init) locals.set(id.name, init);
    },
  });
  return locals;
}

/** What a variable of the function was computed from: `list.length` of `const n = list.length`. */
function meant(node: Node, locals: Locals): Node {
  const { type } = node as AnyNode;
  return type === 'Identifier' ? (locals.get(nameOf(node)!) ?? node) : node;
}

/** `!isBounded`, `max < Infinity`: whether there is a bound at all is decided elsewhere. */
function isSwitch(test: Node): boolean {
  const node = test as AnyNode;
  if (node.type === 'UnaryExpression') return isSwitch(node.argument);
  if (node.type === 'BinaryExpression')
    return nameOf(node.left) === 'Infinity' || nameOf(node.right) === 'Infinity';
  const name = nameOf(node);
  return name !== null && (SWITCH_NAME.test(name) || !LIMIT_NAME.test(name));
}

/**
 * One of the two has to say what it is: `count > max`, `++n > max`, `list.length > most`, `list.length - max > slack`; neither may
 * be a time: `now > maxAge`.
 */
function limitOn(size: Node, limit: Node, locals: Locals): Limit | undefined {
  if (isTime(size) || isTime(limit)) return undefined;
  const excess = size as AnyNode;
  if (excess.type === 'BinaryExpression' && excess.operator === '-')
    return limitOn(excess.left, meant(excess.right, locals), locals);
  const isSize = SIZE_NAME.test(nameOf(size) ?? '');
  return isSize || PLAIN_LIMIT.test(nameOf(limit) ?? '') ? limitOf(limit) : undefined;
}

function isTime(node: Node): boolean {
  const any = node as AnyNode;
  if (any.type === 'CallExpression') return nameOf(any.callee) === 'now';
  if (any.type === 'BinaryExpression') return isTime(any.left) || isTime(any.right);
  return TIME_NAME.test(nameOf(any) ?? '');
}

const TIME_NAME =
  /(^|max|Max|_)[aA]ge(Ms)?$|[tT]ime|ttl|TTL|Ttl|[eE]xpir|[dD]elay|^now$|[uU]ntil|[dD]eadline|(At|Ms|_ms)$/;

/** Comparing with nothing or one asks whether something is empty. */
function limitOf(node: Node): Limit | undefined {
  const any = node as AnyNode;
  if (any.type === 'Literal')
    return typeof any.value === 'number' && any.value > 1 ? { limit: null, size: any.value } : undefined;
  const name = nameOf(any);
  return name !== null && LIMIT_NAME.test(name) ? { limit: name, size: null } : undefined;
}

/** Whether it stands in a branch, up to the function it is in, that a switch decides upon. */
function isSwitchedOn(ancestors: readonly Node[]): boolean {
  const from = ancestors.findLastIndex(isFunction);
  const locals = from === -1 ? new Set<string>() : variablesIn(ancestors[from]);
  return ancestors.slice(from + 1, -1).some((node, index) => {
    return guardsOf(node as AnyNode, ancestors.slice(0, from + 2 + index)).some(
      ({ isExit, test }) => !isExit && isSwitch(test) && !locals.has(testedName(test)),
    );
  });
}

/** What a function has computed itself is no setting. */
function variablesIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  simple(node, {
    VariableDeclarator(declarator) {
      names.add(nameOf(declarator.id) ?? '');
    },
  });
  return names;
}

function testedName(test: Node): string {
  const node = test as AnyNode;
  return node.type === 'UnaryExpression' ? testedName(node.argument) : (nameOf(node) ?? '');
}
