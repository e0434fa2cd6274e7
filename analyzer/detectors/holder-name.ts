import { DICTIONARY_LABEL, SCOPE_LABEL, WEAK_MAP_VALUE_LABEL } from '../model/labels.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Whereabouts } from './detector.ts';
import type { Step, Surroundings } from './facts.ts';
import { isElementLabel, isIdentifier, nameOf } from './facts.ts';

/** How an object is called in its program's own words. */
export interface HolderName {
  /** `sessions`, `opts.cache`, `handlers[close].queue`; the object's class when nothing on the way has a name. */
  readonly name: string;
  /** The last named reference. */
  readonly property: string | null;
  /** Class, or function, on which the name hangs. */
  readonly className: string | null;
  /** What the name hangs on. */
  readonly anchor: 'variable' | 'instance' | 'function' | 'exports' | 'global' | 'store' | 'none';
  readonly anchorNode: number; // NodeIndex | -1
  /** A position in the script that declares it, to look the declaration up from. */
  readonly position: ScriptPosition | null;
}

/** How Node hangs the store of an AsyncLocalStorage on what runs in its context: before Node 24, and since. */
const STORE_PROPERTIES: ReadonlySet<string> = new Set([
  '<symbol kResourceStore>',
  '<symbol kAsyncContextFrame>',
]);

/** Between a typed array and its bytes, a string and its parts: no step of the program's. */
const PART_LABELS: ReadonlySet<string> = new Set([
  '(buffer)',
  '(backing_store)',
  '(first)',
  '(second)',
  '(parent)',
]);

const MAX_CLIMB = 6; // a name of more parts than this is no name any more
const MAX_KEY_LENGTH = 40;
const PLAIN_CLASSES: ReadonlySet<string> = new Set([
  'Object',
  'Array',
  'Map',
  'Set',
  'Promise',
  'Buffer',
  'ArrayBuffer',
  '',
]);

/** Climbs from an object of the chain to the first thing with a name of its own: class, function, module, global object. */
export function holderName(facts: Surroundings, node: number = facts.holder): HolderName {
  const { view, scripts, chain } = facts;
  const parts: string[] = [];
  let property: string | null = null;
  let index = chain.findIndex((step) => step.node === node);
  const found = (
    anchor: HolderName['anchor'],
    className: string | null,
    anchorNode: number,
    position: ScriptPosition | null,
  ): HolderName => {
    const name = parts.join('.').replaceAll('.[', '[');
    return {
      name: name === '' ? (className ?? view.className(node)) : name,
      property,
      className,
      anchor,
      anchorNode,
      position,
    };
  };

  for (let climb = 0; climb < MAX_CLIMB && index > 0; climb++, index--) {
    const step = chain[index];
    const above = chain[index - 1];
    const name = nameOf(step.via) ?? declaredKey(facts, step, above);
    if (step.via === SCOPE_LABEL)
      return found('variable', functionName(facts, above.node), step.node, scripts.positionOf(above.node));
    if (name === null ? isElementLabel(step.via) : !isIdentifier(name)) {
      parts.unshift(`[${dictionaryKey(facts, above.node, step.node) ?? '…'}]`);
      continue;
    }
    if (PART_LABELS.has(step.via)) continue;
    if (step.via === WEAK_MAP_VALUE_LABEL) {
      parts.unshift('[WeakMap value]');
      continue;
    }
    if (name === null) break;
    if (STORE_PROPERTIES.has(name)) {
      parts.unshift('AsyncLocalStorage store');
      return found('store', null, above.node, null);
    }
    property ??= name;
    parts.unshift(name);
    if (step.via.startsWith('$')) {
      const closure = scripts.closureIn(above.node);
      return found('variable', functionName(facts, closure), above.node, scripts.positionOf(closure));
    }
    if (view.className(above.node).startsWith('global')) return found('global', null, above.node, null);
    if (view.isClosure(above.node)) {
      return found('function', functionName(facts, above.node), above.node, scripts.positionOf(above.node));
    }
    if (above.via === '.exports')
      return found('exports', null, above.node, exportsPosition(facts, above.node));
    if (!PLAIN_CLASSES.has(above.className)) {
      return found('instance', above.className, above.node, scripts.positionOf(above.node));
    }
  }
  return found('none', null, -1, nearestPosition(facts, Math.max(index, 0)));
}

/**
 * Of an object with very many properties, the name of this one, if code declares it: a property of the global object, of a
 * class instance, a function or a module's exports. In a plain object it is data.
 */
function declaredKey(facts: Surroundings, step: Step, above: Step): string | null {
  if (step.via !== DICTIONARY_LABEL) return null;
  const isPlain = above.className === 'Object' && above.via !== '.exports';
  const key = isPlain ? null : dictionaryKey(facts, above.node, step.node);
  return key !== null && isIdentifier(key) ? key : null;
}

/** The key under which a dictionary holds something, when it is short enough to be shown. */
function dictionaryKey(facts: Surroundings, from: number, to: number): string | null {
  const named = facts.view.edgesBetween(from, to).find((edge) => edge.type === 'property');
  return named && named.name.length <= MAX_KEY_LENGTH ? named.name : null;
}

/** Name of a closure, or null when it has none worth saying. */
export function functionName(facts: Surroundings, closure: number): string | null {
  if (closure === -1 || !facts.view.isClosure(closure)) return null;
  const name = facts.view.className(closure);
  return name === '' || name === 'native_bind' ? null : name;
}

/** Where the declaration of a name is looked for. */
export function declarationOf(name: HolderName): Whereabouts {
  return { position: name.position, look: lookFor(name), name: name.property, className: name.className };
}

function lookFor(name: HolderName): Whereabouts['look'] {
  if (name.anchor === 'global') return 'global';
  if (name.anchor === 'store') return 'anywhere';
  const isVariable = name.anchor === 'variable' && name.name.split(/[.[]/, 1)[0] === name.property;
  return isVariable ? 'variable' : 'property';
}

/** Some function among a module's exports tells which script it is. */
function exportsPosition(facts: Surroundings, exportsNode: number): ScriptPosition | null {
  const { view, scripts } = facts;
  for (const name of view.propertyNames(exportsNode)) {
    const value = view.property(exportsNode, name);
    const position = view.isClosure(value) ? scripts.positionOf(value) : null;
    if (position) return { ...position, line: 1, column: 1 };
  }
  return null;
}

function nearestPosition(facts: Surroundings, from: number): ScriptPosition | null {
  for (let index = from; index >= 0; index--) {
    const position = facts.scripts.positionOf(facts.chain[index].node);
    if (position) return position;
  }
  return null;
}
