import type { AnyNode, Node } from 'acorn';
import { ancestor } from 'acorn-walk';
import { classMade } from './block-variable.ts';
import { additions } from './declarations.ts';
import { isFunction, nameOf } from './removals.ts';
import type { SourceFile } from './source-file.ts';

/** A variable of a running function that no function within it reads: V8 keeps it in the frame, without its name. */
export interface LocalVariable {
  readonly name: string;
  readonly offset: number;
}

interface Declared extends LocalVariable {
  /** The innermost function around it, or the whole program. */
  readonly frame: Node;
}

/**
 * The variables that frames of this file may hold an object of the class in, told by what they begin as; only those that
 * something is added to, where there are such.
 * @param at offset of the function whose frame it is; null for any
 */
export function localVariables(source: SourceFile, className: string, at: number | null): LocalVariable[] {
  if (source.program === null) return [];
  const declared: Declared[] = [];
  const captured = new Set<string>(); // names that a function reads which is not the one that declares them
  const frames = new Map<string, Set<Node>>(); // name -> functions in which it is read
  ancestor(source.program, {
    VariableDeclarator(node, _state, ancestors) {
      const { id, init } = node as AnyNode & { type: 'VariableDeclarator' };
      const isMeant = id.type === 'Identifier' && classMade(init ?? null) === className;
      if (isMeant) declared.push({ name: id.name, offset: id.start, frame: frameOf(ancestors) });
    },
    Identifier(node, _state, ancestors) {
      const name = nameOf(node)!;
      frames.set(name, (frames.get(name) ?? new Set()).add(frameOf(ancestors)));
    },
  });
  for (const { name, frame } of declared)
    if ([...(frames.get(name) ?? [])].some((reader) => reader !== frame && isWithin(reader, frame)))
      captured.add(name);
  const local = declared.filter(
    ({ name, frame }) => !captured.has(name) && (at === null || isFrameAt(source, frame, at)),
  );
  const grown = local.filter(({ name, frame }) =>
    additions(source, name).some((offset) => frame.start <= offset && offset <= frame.end),
  );
  return grown.length > 0 ? grown : local;
}

const frameOf = (ancestors: readonly Node[]) =>
  ancestors.findLast((node) => isFunction(node as AnyNode)) ?? ancestors[0];

const isWithin = (inner: Node, outer: Node) => outer.start <= inner.start && inner.end <= outer.end;

/** V8 says that a function begins at its name, its parameters or its body; a module, at its first character. */
function isFrameAt(source: SourceFile, frame: Node, at: number): boolean {
  if (frame === source.program) return at <= frame.start;
  const { body } = frame as AnyNode & { readonly body: Node };
  return frame.start <= at && at <= body.start;
}
