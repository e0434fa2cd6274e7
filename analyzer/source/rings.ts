import type { AnyNode, Node } from 'acorn';
import { plainName } from './declarations.ts';
import { isZero, nameOf, walk } from './removals.ts';
import type { SourceFile } from './source-file.ts';

/** A place where something is put at an index that begins anew, over what was there. */
export interface RingWrite {
  readonly offset: number;
  /** As it is written: of `ring[n % SIZE] = x` it is `SIZE`, also where `n = (n + 1) % SIZE` or `if (++n === SIZE) n = 0` is elsewhere. */
  readonly length: Node;
}

/** Where a variable or property of this name is written as a ring is. */
export function ringWrites(source: SourceFile, name: string): RingWrite[] {
  if (!source.program) return [];
  const plain = plainName(name);
  const wraps = wrapsIn(source);
  const writes: RingWrite[] = [];
  walk(source, (node) => {
    if (node.type !== 'AssignmentExpression') return;
    const { left } = node;
    if (left.type !== 'MemberExpression' || !left.computed || nameOf(left.object) !== plain) return;
    const length = remainderOf(left.property) ?? wraps.get(counterOf(left.property) ?? '');
    if (length !== undefined) writes.push({ offset: node.start, length });
  });
  return writes;
}

/** Names of counters that begin anew -> the number at which they do. */
function wrapsIn(source: SourceFile): ReadonlyMap<string, Node> {
  const wraps = new Map<string, Node>();
  const add = (counter: Node, length: Node | undefined) => {
    const name = nameOf(counter);
    if (name !== null && length !== undefined) wraps.set(name, length);
  };
  walk(source, (node) => {
    if (node.type === 'VariableDeclarator' && node.init) add(node.id, remainderOf(node.init));
    if (node.type === 'AssignmentExpression')
      add(node.left, node.operator === '%=' ? node.right : remainderOf(node.right));
    if (node.type === 'IfStatement') {
      const counter = resetIn(node.consequent);
      const length = counter === null ? undefined : reachedBy(node.test, counter);
      if (counter !== null && length !== undefined && !wraps.has(counter)) wraps.set(counter, length);
    }
  });
  return wraps;
}

/** `SIZE` of `(at + 1) % SIZE`. */
function remainderOf(node: Node): Node | undefined {
  const any = node as AnyNode;
  return any.type === 'BinaryExpression' && any.operator === '%' ? any.right : undefined;
}

/** `at`, `at++`, `++at`. */
function counterOf(node: Node): string | null {
  const any = node as AnyNode;
  return nameOf(any.type === 'UpdateExpression' ? any.argument : any);
}

/** The counter of `at = 0`. */
function resetIn(node: Node): string | null {
  const any = node as AnyNode;
  if (any.type === 'BlockStatement') return any.body.map(resetIn).find((name) => name !== null) ?? null;
  if (any.type !== 'ExpressionStatement' || any.expression.type !== 'AssignmentExpression') return null;
  const { left, right } = any.expression;
  return isZero(right) ? nameOf(left) : null;
}

/** `SIZE` of `++at === SIZE` or `at >= SIZE`. */
function reachedBy(test: Node, counter: string): Node | undefined {
  const any = test as AnyNode;
  const isReached = any.type === 'BinaryExpression' && ['>=', '===', '==', '>'].includes(any.operator);
  return isReached && counterOf(any.left) === counter ? any.right : undefined;
}
