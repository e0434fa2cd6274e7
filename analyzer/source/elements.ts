import type { AnyNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import type { Span } from './removals.ts';
import { isFunction, nameOf } from './removals.ts';
import type { SourceFile } from './source-file.ts';
import { plainName } from './declarations.ts';

/** A variable that holds an element of a collection, and the function in which it is one. */
export interface ElementVariable {
  readonly name: string;
  readonly within: Span;
}

/** `feed` of `const feed = feeds[team]`, `feeds.get(team) ?? []`, `for (const feed of feeds)`, `feeds.forEach((feed) => …)`. */
export function elementVariables(source: SourceFile, collection: string): ElementVariable[] {
  if (!source.program) return [];
  const plain = plainName(collection);
  const found: ElementVariable[] = [];
  const whole = { start: 0, end: source.text.length };
  const consider = (pattern: Node | undefined, within: Span) => {
    const name = pattern === undefined ? null : variableOf(pattern);
    if (name !== null) found.push({ name, within });
  };
  ancestor(source.program, {
    VariableDeclarator({ id, init }, _state, ancestors) {
      if (init && isElementOf(init, plain)) consider(id, ancestors.findLast(isFunction) ?? whole);
    },
    ForOfStatement(node) {
      const { left, right } = node;
      const [declared] = left.type === 'VariableDeclaration' ? left.declarations : [];
      if (isCollection(right, plain)) consider(declared?.id, node);
    },
    CallExpression({ callee, arguments: [given] }) {
      const isEach = callee.type === 'MemberExpression' && nameOf(callee) === 'forEach';
      if (isEach && isCollection(callee.object, plain) && isFunction(given))
        consider((given as AnyNode & { params: Node[] }).params[0], given);
    },
  });
  return found;
}

const READING_METHODS: ReadonlySet<string> = new Set(['get', 'at']);
const LISTING_METHODS: ReadonlySet<string> = new Set(['values', 'entries']);

function isElementOf(node: Node, collection: string): boolean {
  const any = node as AnyNode;
  if (any.type === 'LogicalExpression') return isElementOf(any.left, collection);
  if (any.type === 'AssignmentExpression')
    return isElementOf(any.left, collection) || isElementOf(any.right, collection);
  if (any.type === 'MemberExpression') return any.computed && nameOf(any.object) === collection;
  return (
    any.type === 'CallExpression' &&
    any.callee.type === 'MemberExpression' &&
    READING_METHODS.has(nameOf(any.callee) ?? '') &&
    nameOf(any.callee.object) === collection
  );
}

/** `feeds`, `feeds.values()`, `Object.values(feeds)`. */
function isCollection(node: Node, collection: string): boolean {
  const any = node as AnyNode;
  if (any.type !== 'CallExpression') return nameOf(any) === collection;
  if (any.callee.type !== 'MemberExpression' || !LISTING_METHODS.has(nameOf(any.callee) ?? '')) return false;
  return [any.callee.object, any.arguments[0] as Node | undefined].some(
    (one) => one !== undefined && nameOf(one) === collection,
  );
}

/** The variable itself, or the value of a pair. */
function variableOf(pattern: Node): string | null {
  const any = pattern as AnyNode;
  if (any.type === 'Identifier') return any.name;
  const value = any.type === 'ArrayPattern' ? any.elements[1] : null;
  return value?.type === 'Identifier' ? value.name : null;
}
