import type { AnyNode, CallExpression, Function as FunctionNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import { plainName, symbolConstants } from './declarations.ts';
import type { SourceFile } from './source-file.ts';

/** A piece of the program's text, by offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place in the code that takes something out of a collection. */
export interface Removal {
  readonly node: Node;
  /** The innermost function around it that has a name, by which it may be called; null for none. */
  readonly functionName: string | null;
}

/** `shift`, and what packages call it: `removeFirst`, `evictOldest`. */
const REMOVING_METHOD = /^(?:delete|shift|pop|splice|clear|remove|evict|dequeue|prune|trim)(?:[A-Z]\w*)?$/;

/**
 * Where the code takes something out of the collection of this name, or puts a fresh one in its place.
 * @param name a variable, a property, or `<symbol description>`
 */
export function removalsFrom(source: SourceFile, name: string): Removal[] {
  if (!source.program) return [];
  const names = aliasesOf(source, name);
  const fresh = freshVariables(source);
  const removals: Removal[] = [];
  walk(source, (node, ancestors) => {
    if (isRemoval(node, names, fresh)) removals.push({ node, functionName: enclosingFunction(ancestors) });
  });
  return removals;
}

/** A property named by a symbol is written as the constant that holds the symbol. */
function aliasesOf(source: SourceFile, name: string): ReadonlySet<string> {
  return name.startsWith('<symbol ') ? symbolConstants(source, name) : new Set([plainName(name)]);
}

/** Variables that begin as a new collection, which may take another one's place when it is filled. */
function freshVariables(source: SourceFile): ReadonlySet<string> {
  const variables = new Set<string>();
  walk(source, (node) => {
    if (
      node.type === 'VariableDeclarator' &&
      node.id.type === 'Identifier' &&
      node.init &&
      isFresh(node.init)
    )
      variables.add(node.id.name);
  });
  return variables;
}

function isRemoval(node: AnyNode, names: ReadonlySet<string>, fresh: ReadonlySet<string>): boolean {
  const isNamed = (object: Node) => names.has(nameOf(object) ?? '');
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression')
    return REMOVING_METHOD.test(nameOf(node.callee) ?? '') && isNamed(node.callee.object);
  if (node.type === 'UnaryExpression' && node.operator === 'delete')
    return node.argument.type === 'MemberExpression' && isNamed(node.argument.object);
  if (node.type !== 'AssignmentExpression' || node.operator !== '=') return false;
  if (node.left.type === 'MemberExpression' && nameOf(node.left) === 'length')
    return isNamed(node.left.object);
  if (node.left.type === 'MemberExpression' && node.left.computed && isNothing(node.right))
    return isNamed(node.left.object);
  const isVariable = node.right.type === 'Identifier' && fresh.has(node.right.name);
  return isNamed(node.left) && (isVariable || isFresh(node.right));
}

export function isZero(node: Node): boolean {
  const any = node as AnyNode;
  return any.type === 'Literal' && any.value === 0;
}

/** `undefined`, `null`, `void 0`. */
function isNothing(node: Node): boolean {
  const any = node as AnyNode;
  if (any.type === 'Literal') return any.value === null && any.raw === 'null';
  return any.type === 'UnaryExpression' ? any.operator === 'void' : nameOf(any) === 'undefined';
}

/** `new Map()`, `[]`, `{}`, `Object.create(null)`, `list.slice(-100)`: another collection takes its place. */
function isFresh(node: Node): boolean {
  const any = node as AnyNode;
  if (any.type === 'CallExpression') return FRESH_METHODS.has(nameOf(any.callee) ?? '');
  if (any.type === 'ObjectExpression') return any.properties.length === 0;
  return any.type === 'NewExpression' || any.type === 'ArrayExpression';
}

const FRESH_METHODS: ReadonlySet<string> = new Set(['create', 'slice', 'filter']);

/** The named functions that take something out of a collection, themselves or by calling one that does. */
export function removersOf(source: SourceFile, removals: readonly Removal[]): ReadonlySet<string> {
  const names = new Set(removals.flatMap(({ functionName }) => functionName ?? []));
  const calls: { readonly node: AnyNode; readonly from: string }[] = [];
  walk(source, (node, ancestors) => {
    const from = node.type === 'CallExpression' ? enclosingFunction(ancestors) : null;
    if (from !== null) calls.push({ node, from });
  });
  for (let before = -1; before !== names.size;) {
    before = names.size;
    for (const { node, from } of calls) if (isCallOf(node, names)) names.add(from);
  }
  return names;
}

const COLLECTION_METHODS: ReadonlySet<string> = new Set([
  'delete',
  'shift',
  'pop',
  'splice',
  'clear',
  'remove',
  'get',
  'set',
  'has',
  'add',
  'push',
]);
const SELF_NAMES: ReadonlySet<string> = new Set(['self', 'that', '_this', 'me', 'instance']);

/** Whether a node calls one of the functions; a method that any collection has counts on the object itself alone. */
export function isCallOf(node: AnyNode, functions: ReadonlySet<string>): boolean {
  if (node.type !== 'CallExpression') return false;
  const name = nameOf(node.callee);
  if (name === null || !functions.has(name)) return false;
  if (node.callee.type !== 'MemberExpression' || !COLLECTION_METHODS.has(name)) return true;
  const { object } = node.callee;
  return object.type === 'ThisExpression' || SELF_NAMES.has(nameOf(object) ?? '');
}

/** Whether a piece of the program has a call that is meant. */
export function hasCall(source: SourceFile, body: Span, isMeant: (call: CallExpression) => boolean): boolean {
  let isThere = false;
  walk(source, (node) => {
    if (node.type === 'CallExpression' && isWithin(node, body) && isMeant(node)) isThere = true;
  });
  return isThere;
}

/** Whether a call is of one of these functions, on whatever object. */
export const isCallByName = ({ callee }: CallExpression, functions: ReadonlySet<string>) =>
  functions.has(nameOf(callee) ?? '');

export const isWithin = (node: Span, outer: Span) => node.start >= outer.start && node.end <= outer.end;

/** The name of the innermost function around the last of these nodes that has one; null in none, or in one without. */
export function enclosingFunction(ancestors: readonly Node[]): string | null {
  const at = ancestors.findLastIndex(isFunction);
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

export const isFunction = (node: Node) => /Function/.test(node.type);

/** `c` of `a.b.c`, of `a[c]` and of `#c`. */
export function nameOf(node: Node): string | null {
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
  'Function',
] as const;

/** Every node of a program that the rules about removals look at, with those around it, the node last. */
export function walk(source: SourceFile, see: (node: AnyNode, ancestors: readonly Node[]) => void): void {
  const visitor = (node: Node, _state: unknown, ancestors: Node[]) => see(node as AnyNode, ancestors);
  ancestor(source.program!, Object.fromEntries(SEEN_TYPES.map((type) => [type, visitor])));
}
