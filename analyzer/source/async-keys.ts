import type { AnyNode, Function as FunctionNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import { isFunction, nameOf } from './removals.ts';
import type { SourceFile } from './source-file.ts';
import { plainName } from './declarations.ts';

const CURRENT_ID = 'executionAsyncId';

/**
 * Whether something is put into a collection of this name under the id of an asynchronous resource: `contexts.set(asyncId, …)` in
 * the hook `init(asyncId)`, `stores[executionAsyncId()] = …`.
 */
export function isKeyedByAsyncId(source: SourceFile, name: string): boolean {
  if (!source.program || !/async_hooks/.test(source.text)) return false;
  const plain = plainName(name);
  let isKeyed = false;
  const consider = (key: Node | undefined, ancestors: readonly Node[]) => {
    if (key !== undefined && isAsyncId(key, ancestors)) isKeyed = true;
  };
  ancestor(source.program, {
    CallExpression({ callee, arguments: [key] }, _state, ancestors) {
      const isAdding = callee.type === 'MemberExpression' && nameOf(callee) === 'set';
      if (isAdding && nameOf(callee.object) === plain) consider(key, ancestors);
    },
    AssignmentExpression({ left }, _state, ancestors) {
      if (left.type === 'MemberExpression' && left.computed && nameOf(left.object) === plain)
        consider(left.property, ancestors);
    },
  });
  return isKeyed;
}

function isAsyncId(key: Node, ancestors: readonly Node[]): boolean {
  const any = key as AnyNode;
  if (any.type === 'CallExpression') return nameOf(any.callee) === CURRENT_ID;
  return (
    any.type === 'Identifier' && ancestors.some((node, at) => isIdOfHook(node, ancestors[at - 1], any.name))
  );
}

/** The first parameter of a function that is called `init`, as `createHook` takes one. */
function isIdOfHook(node: Node, parent: Node | undefined, name: string): boolean {
  if (!isFunction(node)) return false;
  const { id, params } = node as FunctionNode;
  const holder = parent as (AnyNode & { key?: Node }) | undefined;
  const called = id?.name ?? (holder?.key === undefined ? null : nameOf(holder.key));
  return called === 'init' && params.length > 0 && nameOf(params[0]) === name;
}
