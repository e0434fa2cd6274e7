import type { AnyNode, Node } from 'acorn';
import { ancestor, full } from 'acorn-walk';
import { functionNameAt } from './declarations.ts';
import type { SourceFile } from './source-file.ts';

/** A function of a file. */
export interface FunctionPlace {
  readonly offset: number;
  /** Null for one without a name. */
  readonly name: string | null;
}

type FunctionNode = AnyNode & { readonly body: Node };

const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'FunctionDeclaration' ||
  node.type === 'FunctionExpression' ||
  node.type === 'ArrowFunctionExpression';

/**
 * Whether the code of the function at an offset may read a variable of this name: it, or a function within it, has the name in
 * it, or calls `eval`. Null when there is no function to be read there.
 */
export function mentions(source: SourceFile, at: number, name: string): boolean | null {
  const own = functionAt(source, at);
  return own === null ? null : hasName(own, name);
}

/**
 * The functions that have a variable's name in them: of those made where it is declared the outermost ones.
 * @param declaredAt offset of the declaration
 */
export function functionsMentioning(source: SourceFile, name: string, declaredAt: number): FunctionPlace[] {
  const found: FunctionPlace[] = [];
  const declaring = innermostAround(source, declaredAt);
  visitFunctions(source, (node, outer) => {
    if ((outer.at(-1) ?? null) !== declaring || !hasName(node, name)) return;
    found.push({ offset: node.start, name: functionNameAt(source, node.start) });
  });
  return found;
}

/** First and last offset of the function whose code V8 says begins at an offset, or null when there is none. */
export function functionSpan(source: SourceFile, at: number): readonly [start: number, end: number] | null {
  const own = functionAt(source, at);
  return own === null ? null : [own.start, own.end];
}

/** The function whose code V8 says begins at an offset: at its name, its parameters or its body. */
function functionAt(source: SourceFile, at: number): FunctionNode | null {
  let best: FunctionNode | null = null;
  visitFunctions(source, (node) => {
    const isThere = node.start <= at && at <= node.body.start;
    if (isThere && (best === null || node.start > best.start)) best = node;
  });
  return best;
}

function innermostAround(source: SourceFile, offset: number): Node | null {
  let best: Node | null = null;
  visitFunctions(source, (node) => {
    const isAround = node.start <= offset && offset < node.end;
    if (isAround && (best === null || node.start >= best.start)) best = node;
  });
  return best;
}

function visitFunctions(source: SourceFile, see: (node: FunctionNode, outer: readonly Node[]) => void): void {
  if (source.program === null) return;
  const visit = (node: Node, _state: unknown, ancestors: readonly Node[]) => {
    if (isFunction(node)) see(node, ancestors.slice(0, -1).filter(isFunction));
  };
  ancestor(source.program, { Function: visit });
}

/** A variable of the same name that is declared within counts as well: to say that nothing reads one, it must be certain. */
function hasName(node: Node, name: string): boolean {
  let has = false;
  full(node, (inner) => {
    const { type } = inner as AnyNode;
    const own = type === 'Identifier' ? (inner as AnyNode & { name: string }).name : null;
    if (own === name || own === 'eval') has = true;
  });
  return has;
}
