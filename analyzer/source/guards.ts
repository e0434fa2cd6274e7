import type { AnyNode, Node } from 'acorn';
import type { Span } from './removals.ts';

/** A condition and what is done only under it. */
export interface Guard {
  readonly test: Node;
  /** True when what is guarded comes after `if (test) return`. */
  readonly isExit: boolean;
  readonly body: Span;
}

/** What a node decides upon: `if (test) body`, `while (test) body`, `test && body`, `if (test) return; body`. */
export function guardsOf(node: AnyNode, ancestors: readonly Node[]): Guard[] {
  if (node.type === 'IfStatement') {
    const isExit = leaves(node.consequent) && !node.alternate;
    const exits = isExit ? [{ test: node.test, isExit, body: restOfBlock(node, ancestors) }] : [];
    return [{ test: node.test, isExit: false, body: node.consequent }, ...exits];
  }
  if (node.type === 'ConditionalExpression')
    return [{ test: node.test, isExit: false, body: node.consequent }];
  if (node.type === 'WhileStatement') return [{ test: node.test, isExit: false, body: node.body }];
  return node.type === 'LogicalExpression' && node.operator === '&&'
    ? [{ test: node.left, isExit: false, body: node.right }]
    : [];
}

const EXITS: ReadonlySet<string> = new Set([
  'ReturnStatement',
  'ContinueStatement',
  'BreakStatement',
  'ThrowStatement',
]);

/** Whether it goes elsewhere in the end. */
function leaves(node: Node): boolean {
  const any = node as AnyNode;
  const last = any.type === 'BlockStatement' ? any.body.at(-1) : any;
  return last !== undefined && EXITS.has(last.type);
}

function restOfBlock(node: Node, ancestors: readonly Node[]): Span {
  const block = ancestors[ancestors.length - 2] as Node | undefined;
  return { start: node.end, end: block?.end ?? node.end };
}
