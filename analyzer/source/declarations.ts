import type { AnyNode, Class, Function as FunctionNode, Node } from 'acorn';
import { ancestor, full } from 'acorn-walk';
import type { SourceFile } from './source-file.ts';

/** Methods that put something into a collection, by any library's convention. */
const ADDING_METHODS: ReadonlySet<string> = new Set([
  'push',
  'unshift',
  'add',
  'set',
  'append',
  'enqueue',
  'insert',
  'splice',
  'concat',
  'on',
  'once',
  'addListener',
  'prependListener',
  'addEventListener',
  'then',
]);

/** With no more, it takes out. */
const leastArguments = (method: string) => (method === 'splice' ? 2 : 0);

/** Offset of the innermost declaration of a variable that is visible at an offset, or -1. */
export function variableDeclaration(source: SourceFile, name: string, at: number): number {
  let best = -1;
  let bestSize = Number.POSITIVE_INFINITY;
  const consider = (offset: number, scopes: readonly Node[]) => {
    const scope = innermost(scopes, isScopeNode);
    const contains = !scope || (scope.start <= at && at <= scope.end);
    const size = scope ? scope.end - scope.start : Number.MAX_SAFE_INTEGER;
    if (contains && size < bestSize) {
      best = offset;
      bestSize = size;
    }
  };
  visit(source, (node, ancestors) => {
    const outer = ancestors.slice(0, -1);
    if (node.type === 'ExportDefaultDeclaration' && name === 'default') consider(node.declaration.start, []);
    else if (node.type === 'VariableDeclarator') {
      for (const id of patternNames(node.id)) if (id.name === name) consider(id.start, outer);
    } else if (isFunction(node)) {
      for (const id of node.params.flatMap(patternNames)) if (id.name === name) consider(id.start, ancestors);
      if (node.id?.name === name) consider(node.id.start, outer);
    } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      if (node.id?.name === name) consider(node.id.start, outer);
    } else if (node.type === 'ImportDeclaration') {
      for (const specifier of node.specifiers)
        if (specifier.local.name === name) consider(specifier.start, outer);
    }
  });
  return best;
}

/**
 * Offset of the place that makes a property: a class field, `this.name = …`, `x.name = …` or `{ name: … }`, the one in the
 * class of this name first, then the one nearest to `near`; -1 when there is none.
 */
export function propertyDeclaration(
  source: SourceFile,
  property: string,
  className: string | null,
  near: number,
): number {
  const plain = plainName(property);
  const symbols = symbolConstants(source, property);
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  const consider = (offset: number, weight: number, ancestors: readonly Node[]) => {
    const inClass = className !== null && ancestors.some((node) => declaredName(node) === className);
    const distance = Math.min(1, Math.abs(offset - near) / Math.max(1, source.text.length));
    const score = weight + (inClass ? 10 : 0) - distance;
    if (score > bestScore) {
      best = offset;
      bestScore = score;
    }
  };
  visit(source, (node, ancestors) => {
    if (node.type === 'PropertyDefinition' && keyName(node.key) === plain) consider(node.start, 6, ancestors);
    else if (
      node.type === 'AssignmentExpression' &&
      node.operator === '=' &&
      node.left.type === 'MemberExpression'
    ) {
      const isSymbol = node.left.computed && symbols.has(lastName(node.left.property) ?? '');
      if (memberName(node.left) !== plain && !isSymbol) return;
      const makes = makesCollection(node.right) ? 2 : 0;
      consider(node.start, (node.left.object.type === 'ThisExpression' ? 4 : 2) + makes, ancestors);
    } else if (node.type === 'PropertyDefinition' && node.computed && symbols.has(lastName(node.key) ?? '')) {
      consider(node.start, 6, ancestors);
    } else if (node.type === 'Property' && !node.method && keyName(node.key) === plain) {
      const variable = node.shorthand ? variableDeclaration(source, plain, node.start) : -1;
      consider(variable === -1 ? node.start : variable, makesCollection(node.value) ? 4 : 3, ancestors);
    }
  });
  return best;
}

/** The constants that hold a symbol: `kLast` of `const kLast = Symbol('last')`, for `<symbol last>`; of other properties none. */
export function symbolConstants(source: SourceFile, property: string): ReadonlySet<string> {
  const description = /^<symbol (.*)>$/.exec(property)?.[1];
  const names = new Set<string>();
  if (description === undefined) return names;
  visit(source, (node) => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return;
    const [text] = node.init?.type === 'CallExpression' ? node.init.arguments : [];
    if (text?.type === 'Literal' && text.value === description) names.add(node.id.name);
  });
  return names;
}

const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['globalThis', 'global', 'self', 'window', 'root']);

/** Offset of the first assignment that makes a global of this name (`globalThis.name = …`, undeclared `name = …`), or -1. */
export function globalDeclaration(source: SourceFile, name: string): number {
  let found = -1;
  visit(source, (node) => {
    if (found !== -1 || node.type !== 'AssignmentExpression') return;
    const { left } = node;
    const isMember =
      left.type === 'MemberExpression' &&
      memberName(left) === name &&
      GLOBAL_OBJECTS.has(lastName(left.object) ?? '');
    const isUndeclared =
      left.type === 'Identifier' &&
      left.name === name &&
      variableDeclaration(source, name, node.start) === -1;
    if (isMember || isUndeclared) found = node.start;
  });
  return found;
}

/** The name of a private field without its sign, as the syntax tree has it. */
export const plainName = (name: string) => name.replace(/^#/, '');

/** Offsets where something is put into a collection of this name (`name.push(…)`, `this.name[key] = …`), first ones first. */
export function additions(source: SourceFile, name: string): number[] {
  const plain = plainName(name);
  const offsets: number[] = [];
  visit(source, (node) => {
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const method = memberName(node.callee);
      const isAdding =
        method !== null && ADDING_METHODS.has(method) && node.arguments.length > leastArguments(method);
      if (isAdding && lastName(node.callee.object) === plain) offsets.push(node.start);
    } else if (
      node.type === 'AssignmentExpression' &&
      node.left.type === 'MemberExpression' &&
      node.left.computed
    ) {
      if (lastName(node.left.object) === plain) offsets.push(node.start);
    }
  });
  return offsets;
}

/** Offsets where a function or class of one of these names is called: `createSocket(…)`, `dgram.createSocket(…)`, `new Worker(…)`. */
export function calls(source: SourceFile, names: readonly string[]): number[] {
  const offsets: number[] = [];
  visit(source, (node) => {
    const isCall = node.type === 'CallExpression' || node.type === 'NewExpression';
    if (isCall && names.includes(lastName(node.callee) ?? '')) offsets.push(node.start);
  });
  return offsets;
}

/** `MemoryStore.init`, `onSocketClose`, `callback of setInterval in poll`: the function at an offset as a person would name it. */
export function functionNameAt(source: SourceFile, at: number): string | null {
  let found: readonly Node[] | null = null;
  let size = Number.POSITIVE_INFINITY;
  visit(source, (node, ancestors) => {
    if (!isFunction(node) || node.start > at || node.end < at || node.end - node.start >= size) return;
    found = [...ancestors];
    size = node.end - node.start;
  });
  return found === null ? null : qualifiedName(found);
}

function qualifiedName(ancestors: readonly Node[]): string | null {
  const names: string[] = [];
  for (let depth = ancestors.length - 1; depth >= 0; depth--) {
    const node = ancestors[depth] as AnyNode;
    if (isFunction(node)) {
      const own = functionName(node, ancestors[depth - 1] as AnyNode | undefined);
      if (own !== null) names.unshift(own);
      else if (names.length === 0) {
        const callee = calledWith(ancestors[depth - 1] as AnyNode | undefined);
        if (callee === null) continue;
        const outer = namedOuter(ancestors.slice(0, depth));
        return outer === null ? `callback of ${callee}` : `callback of ${callee} in ${outer}`;
      }
      if (own !== null && names.length > 0 && !isMethodParent(ancestors[depth - 1])) break;
    } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const own = functionName(node, ancestors[depth - 1] as AnyNode | undefined);
      if (own !== null) names.unshift(own);
      break;
    }
  }
  return names.length === 0 ? null : names.join('.');
}

/** The nearest enclosing function with a name of its own. */
function namedOuter(ancestors: readonly Node[]): string | null {
  for (let depth = ancestors.length - 1; depth >= 0; depth--) {
    const node = ancestors[depth] as AnyNode;
    if (isFunction(node) && functionName(node, ancestors[depth - 1] as AnyNode | undefined) !== null) {
      return qualifiedName(ancestors.slice(0, depth + 1));
    }
  }
  return null;
}

function isMethodParent(node: Node | undefined): boolean {
  return node !== undefined && (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition');
}

function functionName(node: FunctionNode | Class, parent: AnyNode | undefined): string | null {
  if (node.id) return node.id.name;
  if (!parent) return null;
  if (parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition') return keyName(parent.key);
  if (parent.type === 'Property') return keyName(parent.key);
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent.type === 'AssignmentExpression') return assignedName(parent.left);
  return null;
}

function assignedName(left: Node): string | null {
  const name = lastName(left);
  return name === 'exports' ? 'module.exports' : name;
}

function calledWith(parent: AnyNode | undefined): string | null {
  return parent?.type === 'CallExpression' ? lastName(parent.callee) : null;
}

const COLLECTION_CLASSES: ReadonlySet<string> = new Set(['Map', 'Set', 'Array', 'WeakMap', 'WeakSet']);

function makesCollection(node: Node): boolean {
  const any = node as AnyNode;
  if (any.type === 'ArrayExpression') return true;
  if (any.type === 'ObjectExpression') return any.properties.length === 0;
  if (any.type === 'CallExpression') return lastName(any.callee) === 'create';
  return (
    any.type === 'NewExpression' &&
    any.callee.type === 'Identifier' &&
    COLLECTION_CLASSES.has(any.callee.name)
  );
}

function visit(source: SourceFile, see: (node: AnyNode, ancestors: readonly Node[]) => void): void {
  if (!source.program) return;
  const interesting = new Set<string>();
  full(source.program, (node) => interesting.add(node.type));
  const visitors: Record<string, (node: Node, state: unknown, ancestors: Node[]) => void> = {};
  for (const type of interesting)
    visitors[type] = (node, _state, ancestors) => see(node as AnyNode, ancestors);
  ancestor(source.program, visitors);
}

function isFunction(node: AnyNode): node is FunctionNode & AnyNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

function isScopeNode(node: Node): boolean {
  return isFunction(node as AnyNode) || node.type === 'BlockStatement' || node.type === 'ForStatement';
}

function innermost(nodes: readonly Node[], accept: (node: Node) => boolean): Node | undefined {
  return nodes.findLast(accept);
}

function patternNames(pattern: Node): { name: string; start: number }[] {
  const node = pattern as AnyNode;
  switch (node.type) {
    case 'Identifier':
      return [{ name: node.name, start: node.start }];
    case 'ObjectPattern':
      return node.properties.flatMap((property) =>
        patternNames(property.type === 'Property' ? property.value : property.argument),
      );
    case 'ArrayPattern':
      return node.elements.flatMap((element) => (element ? patternNames(element) : []));
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    default:
      return [];
  }
}

function declaredName(node: Node): string | null {
  const any = node as AnyNode;
  if (any.type === 'ClassDeclaration' || any.type === 'ClassExpression' || isFunction(any))
    return any.id?.name ?? null;
  return null;
}

function keyName(key: Node): string | null {
  const any = key as AnyNode;
  if (any.type === 'Identifier' || any.type === 'PrivateIdentifier') return any.name;
  return any.type === 'Literal' && typeof any.value === 'string' ? any.value : null;
}

function memberName(node: Node): string | null {
  const any = node as AnyNode;
  if (any.type !== 'MemberExpression') return null;
  return any.computed ? null : keyName(any.property);
}

/** `c` of `a.b.c`, `a` of `a`. */
function lastName(node: Node): string | null {
  const any = node as AnyNode;
  if (any.type === 'Identifier') return any.name;
  return any.type === 'ChainExpression' ? lastName(any.expression) : memberName(any);
}
