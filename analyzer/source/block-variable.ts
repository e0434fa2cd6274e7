import type { AnyNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import type { SourceFile } from './source-file.ts';

/**
 * What the variable of a block is called that holds an object of this class. V8 names the variables of functions in a
 * snapshot, and of blocks it does not; test runners put a whole module into one. Told by what the variable begins as,
 * where just one among the blocks around the offset begins so; else null.
 */
export function blockVariable(source: SourceFile, at: number, className: string): string | null {
  if (source.program === null) return null;
  const names: string[] = [];
  ancestor(source.program, {
    VariableDeclarator(node, _state, ancestors) {
      const { id, init } = node as AnyNode & { type: 'VariableDeclarator' };
      const isMeant = id.type === 'Identifier' && classMade(init ?? null) === className;
      if (isMeant && isInBlockAround(at, ancestors)) names.push(id.name);
    },
  });
  return names.length === 1 ? names[0] : null;
}

/** A block of its own, not a function's body. */
function isInBlockAround(at: number, ancestors: readonly Node[]): boolean {
  const depth = ancestors.findLastIndex(({ type }) => type === 'BlockStatement' || type === 'Program');
  const [block, parent] = [ancestors[depth], ancestors[depth - 1]];
  if (block.type === 'Program' || /Function/.test(parent.type)) return false;
  return block.start <= at && at <= block.end;
}

/** `Map` for `new Map()`, also for `new Emitter().setMaxListeners(0)`, which gives itself back. */
export function classMade(init: Node | null): string | null {
  const node = init as AnyNode | null;
  if (node === null) return null;
  if (node.type === 'ArrayExpression') return 'Array';
  if (node.type === 'ObjectExpression') return 'Object';
  if (node.type === 'NewExpression') return lastName(node.callee);
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression')
    return classMade(node.callee.object);
  return null;
}

function lastName(callee: Node): string | null {
  const node = callee as AnyNode;
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'SequenceExpression') return lastName(node.expressions.at(-1)!);
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : null;
}
