import { isNodeScript } from '../source/packages.ts';
import { DICTIONARY_LABEL, SCOPE_LABEL, UNNAMED_LABEL, WEAK_MAP_VALUE_LABEL } from '../model/labels.ts';
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

/** Between a typed array and its bytes, a string and its parts, a promise and its result: no step of the program's. */
const PART_LABELS: ReadonlySet<string> = new Set([
  '(reactions_or_result)',
  '(buffer)',
  '(backing_store)',
  '(first)',
  '(second)',
  '(parent)',
]);

/** What V8 keeps of WebAssembly objects without a name: an instance's memory, a memory's buffer. */
const isWasmPart = (step: Step, above: Step) =>
  step.via === UNNAMED_LABEL && (above.className === 'Memory' || above.className === 'Instance');

const MAX_CLIMB = 6; // a name of more parts than this is no name any more
const MAX_KEY_LENGTH = 40;
/** Classes that say nothing of what an object is for. */
export const PLAIN_CLASSES: ReadonlySet<string> = new Set([
  'Object',
  'Array',
  'Map',
  'Set',
  'Promise',
  'Buffer',
  'ArrayBuffer',
  '',
]);

/** The halves of a stream, Node's or of the package that is a copy of them: a person names the stream. */
const STREAM_STATES: ReadonlySet<string> = new Set(['ReadableState', 'WritableState']);

/** Climbs from an object of the chain to the first thing with a name of its own: class, function, module, global object. */
export function holderName(facts: Surroundings, node: number = facts.holder): HolderName {
  const { view, scripts } = facts;
  const parts: string[] = [];
  let property: string | null = null;
  let { chain } = facts;
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
    if (PART_LABELS.has(step.via) || isWasmPart(step, above)) continue;
    if (step.via === WEAK_MAP_VALUE_LABEL) {
      const toWeakMap = facts.weakMaps?.get(step.node);
      parts.unshift(toWeakMap === undefined ? '[WeakMap value]' : '[…]');
      if (toWeakMap === undefined) continue;
      chain = toWeakMap;
      index = chain.length; // the WeakMap itself is next
      continue;
    }
    if (name === null) break;
    if (STORE_PROPERTIES.has(name)) {
      parts.unshift('AsyncLocalStorage store');
      return found('store', null, above.node, null);
    }
    if (name === 'exports' && above.className === 'Module')
      return exported(facts, step.node, above.node, parts, property);
    property ??= name;
    parts.unshift(name);
    if (step.declaredAt) return found('variable', null, above.node, step.declaredAt);
    if (step.via.startsWith('$') && above.className === ES_MODULE)
      return found('variable', null, above.node, modulePosition(facts, above.node));
    if (step.via.startsWith('$')) {
      const closure = readerOf(facts, above.node, name);
      return found('variable', functionName(facts, closure), above.node, scripts.positionOf(closure));
    }
    if (view.className(above.node).startsWith('global')) return found('global', null, above.node, null);
    if (view.isClosure(above.node)) {
      return found('function', functionName(facts, above.node), above.node, scripts.positionOf(above.node));
    }
    if (above.via === '.exports') {
      const position =
        exportsPosition(facts, above.node) ?? filePosition(facts, chain[index - 2]?.node ?? -1);
      // What a WebAssembly instance exports has no source: whoever keeps the instance has.
      if (position?.script.startsWith('wasm://')) {
        parts.unshift('exports');
        property = null;
        index--;
        continue;
      }
      return found('exports', null, above.node, position);
    }
    if (!PLAIN_CLASSES.has(above.className) && !STREAM_STATES.has(above.className)) {
      return found('instance', above.className, above.node, classPosition(facts, above.node, property));
    }
  }
  return found('none', null, -1, nearestPosition(facts, Math.max(index, 0)));
}

const MAX_ANCESTORS = 8;

/**
 * Where the class of an object stands, or that of its ancestors' classes of which the source declares the property. To objects of
 * Node's the program may add properties: then where it does.
 */
function classPosition(
  { view, scripts, declares, maker }: Surroundings,
  node: number,
  property: string,
): ScriptPosition | null {
  const own = scripts.positionOf(node);
  if (own !== null && isNodeScript(own.script)) return maker?.(property) ?? own;
  if (own === null || declares === undefined || declares(property, own)) return own;
  let prototype = view.property(node, '__proto__');
  for (let depth = 0; depth < MAX_ANCESTORS && prototype !== -1; depth++) {
    const constructor = view.property(prototype, 'constructor');
    const position = constructor === -1 ? null : scripts.positionOf(constructor);
    if (position !== null && declares(property, position)) return position;
    prototype = view.property(prototype, '__proto__');
  }
  return own;
}

/** What a module exports as a whole is called as the module itself calls it, if it has a variable for it. */
function exported(
  facts: Surroundings,
  node: number,
  moduleNode: number,
  parts: readonly string[],
  property: string | null,
): HolderName {
  const { view, scripts } = facts;
  const file = filePosition(facts, moduleNode);
  for (const { scope, name } of view.variablesOf(node)) {
    const closure = readerOf(facts, scope, name);
    const position = closure === -1 ? null : scripts.positionOf(closure);
    if (position === null || position.script !== file?.script) continue;
    return {
      name: [name, ...parts].join('.').replaceAll('.[', '['),
      property: property ?? name,
      className: functionName(facts, closure),
      anchor: 'variable',
      anchorNode: scope,
      position,
    };
  }
  return {
    name: ['module.exports', ...parts].join('.').replaceAll('.[', '['),
    property: property ?? 'exports',
    className: null,
    anchor: 'exports',
    anchorNode: node,
    position: file,
  };
}

/** The beginning of a CommonJS module's file. */
function filePosition({ view }: Surroundings, moduleNode: number): ScriptPosition | null {
  const file = moduleNode === -1 ? -1 : view.property(moduleNode, 'filename');
  return file === -1 ? null : { script: view.text(file), line: 1, column: 1 };
}

/** Node's class of an ES module. */
const ES_MODULE = 'ModuleWrap';

function modulePosition({ view }: Surroundings, module: number): ScriptPosition | null {
  const url = view.property(module, 'url');
  return url === -1 ? null : { script: view.text(url), line: 1, column: 1 };
}

const MAX_READERS = 24;

/** The first function of the script that reads a variable of a scope; where the code does not tell, the first one that sees it. */
function readerOf({ scripts, mentions }: Surroundings, scope: number, variable: string): number {
  const closures = scripts.closuresIn(scope);
  const reader = closures.slice(0, MAX_READERS).find((closure) => {
    const position = scripts.positionOf(closure);
    return position !== null && mentions?.(variable, position) === true;
  });
  return reader ?? closures[0] ?? -1;
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
