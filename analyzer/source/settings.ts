import type { AnyNode, Node } from 'acorn';
import { full } from 'acorn-walk';
import { nameOf } from './removals.ts';
import type { SourceFile } from './source-file.ts';

/** The numbers that a file gives to a variable or a property of this name; NaN for what only the running program knows. */
export function settingsOf(source: SourceFile, name: string): number[] {
  if (!source.program || !source.text.includes(name)) return [];
  const values: number[] = [];
  full(source.program, (any) => {
    const given = givenTo(any as AnyNode, name);
    if (given !== null) values.push(...valuesOf(given, source, name));
  });
  return values;
}

/** A constant of the file stands for its own value. */
function valuesOf(node: Node, source: SourceFile, name: string): number[] {
  const constant = (node as AnyNode).type === 'Identifier' ? nameOf(node) : null;
  const values = constant === null || constant === name ? [] : settingsOf(source, constant);
  return values.length > 0 ? values : [constantOf(node)];
}

function givenTo(node: AnyNode, name: string): Node | null {
  if (node.type === 'VariableDeclarator') return nameOf(node.id) === name ? (node.init ?? null) : null;
  if (node.type === 'Property' && !node.computed)
    return keyOf(node.key) === name && node.kind === 'init' && !node.shorthand ? node.value : null;
  if (node.type === 'PropertyDefinition') return keyOf(node.key) === name ? (node.value ?? null) : null;
  return node.type === 'AssignmentExpression' ? defaultFor(node, name) : null;
}

/** `MAX` of `this.max = options.max || MAX`, or `?? MAX`. */
function defaultFor({ left, right }: AnyNode & { type: 'AssignmentExpression' }, name: string): Node | null {
  const value = right as AnyNode;
  const isOr = value.type === 'LogicalExpression' && value.operator !== '&&';
  return isOr && (left as AnyNode).type === 'MemberExpression' && nameOf(left) === name ? value.right : null;
}

const keyOf = (node: Node) =>
  (node as AnyNode).type === 'Literal' ? String((node as AnyNode & { value: unknown }).value) : nameOf(node);

/** `5000`, `10 * 1024`, `2 ** 16`, `Infinity`; NaN for anything else. */
function constantOf(node: Node): number {
  const any = node as AnyNode;
  if (any.type === 'Literal') return typeof any.value === 'number' ? any.value : Number.NaN;
  if (nameOf(any) === 'Infinity') return Number.POSITIVE_INFINITY;
  if (any.type !== 'BinaryExpression') return Number.NaN;
  const [left, right] = [constantOf(any.left), constantOf(any.right)];
  if (any.operator === '*') return left * right;
  return any.operator === '**' ? left ** right : Number.NaN;
}
