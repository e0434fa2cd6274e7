import type { AnyNode, Function as FunctionNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import type { SourceFile } from './source-file.ts';

/** A place in the code that takes something out of a collection when it has become too large. */
export interface Bound {
  readonly offset: number;
  /** Name of the largest size, where it is a variable or a property; null for a number. */
  readonly limit: string | null;
}

const REMOVING_METHODS: ReadonlySet<string> = new Set([
  'delete',
  'shift',
  'pop',
  'splice',
  'clear',
  'remove',
]);
const SIZE_NAME = /(size|length|count|entries|len)$/i;
const LIMIT_NAME =
  /[mM]ax|MAX|[lL]imit|[cC]ap|[bB]ound|[sS]ize|[mM]ost|[wW]indow|[tT]hreshold|[bB]udget|[qQ]uota|^[A-Z][A-Z_]{2,}$/;
const SWITCH_NAME = /^(is|has|use|should|can|no)[A-Z]/;
const PLAIN_LIMIT = /^_?#?max|limit$|^cap(acity)?$/i;
const LARGER: ReadonlySet<string> = new Set(['>', '>=', '===', '==']);
const SMALLER: ReadonlySet<string> = new Set(['<', '<=']);

/**
 * The first condition on a size under which the collection of this name loses something: `if (cache.size > MAX)
 * cache.delete(oldest)`, also where the removal is in a function that is called there. Null when there is none.
 * @param name a variable, a property, or `<symbol description>`
 */
export function boundOn(source: SourceFile, name: string): Bound | null {
  if (!source.program) return null;
  const names = aliasesOf(source, name);
  const removals: { readonly node: Node; readonly functionName: string | null }[] = [];
  walk(source, (node, ancestors) => {
    if (isRemoval(node, names)) removals.push({ node, functionName: enclosingFunction(ancestors) });
  });
  if (removals.length === 0) return null;
  const removers = new Set(removals.map(({ functionName }) => functionName));
  let found: Bound | null = null;
  walk(source, (node, ancestors) => {
    const branch = found === null ? guarded(node) : null;
    const limit = branch === null ? undefined : limitIn(branch.test);
    if (branch === null || limit === undefined || isSwitchedOn(ancestors)) return;
    const isDirect = removals.some((removal) => isWithin(removal.node, branch.body));
    if (isDirect || callsOneOf(source, branch.body, removers)) found = { offset: node.start, limit };
  });
  return found;
}

/** A property named by a symbol is written as the constant that holds the symbol. */
function aliasesOf(source: SourceFile, name: string): ReadonlySet<string> {
  const description = /^<symbol (.*)>$/.exec(name)?.[1];
  if (description === undefined) return new Set([name.replace(/^#/, '')]);
  const names = new Set<string>();
  walk(source, (node) => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return;
    const init = node.init as AnyNode | null;
    const [text] = init?.type === 'CallExpression' ? (init.arguments as AnyNode[]) : [];
    if (text?.type === 'Literal' && text.value === description) names.add(node.id.name);
  });
  return names;
}

function isRemoval(node: AnyNode, names: ReadonlySet<string>): boolean {
  const isNamed = (object: Node) => names.has(nameOf(object) ?? '');
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression')
    return REMOVING_METHODS.has(nameOf(node.callee) ?? '') && isNamed(node.callee.object);
  if (node.type === 'UnaryExpression' && node.operator === 'delete')
    return node.argument.type === 'MemberExpression' && isNamed(node.argument.object);
  if (node.type !== 'AssignmentExpression' || node.operator !== '=') return false;
  if (node.left.type === 'MemberExpression' && nameOf(node.left) === 'length')
    return isNamed(node.left.object);
  return isNamed(node.left) && isFresh(node.right);
}

/** `new Map()`, `[]`, `{}`, `Object.create(null)`, `list.slice(-100)`: another collection takes its place. */
function isFresh(node: Node): boolean {
  const any = node as AnyNode;
  if (any.type === 'CallExpression') return FRESH_METHODS.has(nameOf(any.callee) ?? '');
  if (any.type === 'ObjectExpression') return any.properties.length === 0;
  return any.type === 'NewExpression' || any.type === 'ArrayExpression';
}

const FRESH_METHODS: ReadonlySet<string> = new Set(['create', 'slice', 'filter']);

function guarded(node: AnyNode): { readonly test: Node; readonly body: Node } | null {
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression')
    return { test: node.test, body: node.consequent };
  if (node.type === 'WhileStatement') return { test: node.test, body: node.body };
  return node.type === 'LogicalExpression' && node.operator === '&&'
    ? { test: node.left, body: node.right }
    : null;
}

/** The name of the limit that a size is held against, null for a number, undefined when no size is. */
function limitIn(test: Node): string | null | undefined {
  const node = test as AnyNode;
  if (node.type === 'LogicalExpression') {
    if (isSwitch(node.left) || isSwitch(node.right)) return undefined;
    const left = limitIn(node.left);
    return left === undefined ? limitIn(node.right) : left;
  }
  if (node.type !== 'BinaryExpression') return undefined;
  if (LARGER.has(node.operator)) return limitOn(node.left, node.right);
  return SMALLER.has(node.operator) ? limitOn(node.right, node.left) : undefined;
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

/** One of the two has to say what it is: `count > max`, `++n > max`, `list.length > most`. */
function limitOn(size: Node, limit: Node): string | null | undefined {
  const isSize = SIZE_NAME.test(nameOf(size) ?? '');
  return isSize || PLAIN_LIMIT.test(nameOf(limit) ?? '') ? limitOf(limit) : undefined;
}

/** Comparing with nothing or one asks whether something is empty. */
function limitOf(node: Node): string | null | undefined {
  const any = node as AnyNode;
  if (any.type === 'Literal') return typeof any.value === 'number' && any.value > 1 ? null : undefined;
  const name = nameOf(any);
  return name !== null && LIMIT_NAME.test(name) ? name : undefined;
}

function callsOneOf(source: SourceFile, body: Node, functions: ReadonlySet<string | null>): boolean {
  let calls = false;
  walk(source, (node) => {
    const isCall = node.type === 'CallExpression' && isWithin(node, body);
    if (isCall && functions.has(nameOf(node.callee) ?? '')) calls = true;
  });
  return calls;
}

/** Whether it stands in a branch, up to the function it is in, that a switch decides upon. */
function isSwitchedOn(ancestors: readonly Node[]): boolean {
  const from = ancestors.findLastIndex((node) => /Function/.test(node.type));
  return ancestors.slice(from + 1, -1).some((node) => {
    const branch = guarded(node as AnyNode);
    return branch !== null && isSwitch(branch.test);
  });
}

const isWithin = (node: Node, outer: Node) => node.start >= outer.start && node.end <= outer.end;

function enclosingFunction(ancestors: readonly Node[]): string | null {
  const at = ancestors.findLastIndex((node) => /Function/.test(node.type));
  if (at === -1) return null;
  const own = (ancestors[at] as AnyNode & FunctionNode).id?.name;
  const parent = ancestors[at - 1] as AnyNode | undefined;
  if (own !== undefined || parent === undefined) return own ?? null;
  if (
    parent.type === 'MethodDefinition' ||
    parent.type === 'Property' ||
    parent.type === 'PropertyDefinition'
  )
    return nameOf(parent.key);
  if (parent.type === 'VariableDeclarator') return nameOf(parent.id);
  return parent.type === 'AssignmentExpression' ? nameOf(parent.left) : null;
}

/** `c` of `a.b.c`, of `a[c]` and of `#c`. */
function nameOf(node: Node): string | null {
  const any = node as AnyNode;
  if (any.type === 'Identifier' || any.type === 'PrivateIdentifier') return any.name;
  if (any.type === 'ChainExpression') return nameOf(any.expression);
  if (any.type !== 'MemberExpression') return null;
  return nameOf(any.property);
}

const SEEN_TYPES = [
  'VariableDeclarator',
  'CallExpression',
  'UnaryExpression',
  'AssignmentExpression',
  'IfStatement',
  'ConditionalExpression',
  'WhileStatement',
  'LogicalExpression',
] as const;

function walk(source: SourceFile, see: (node: AnyNode, ancestors: readonly Node[]) => void): void {
  const visitor = (node: Node, _state: unknown, ancestors: Node[]) => see(node as AnyNode, ancestors);
  ancestor(source.program!, Object.fromEntries(SEEN_TYPES.map((type) => [type, visitor])));
}
