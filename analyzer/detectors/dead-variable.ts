import { locationText } from '../render/trace.ts';
import type { ObjectView } from '../model/object-view.ts';
import type { Scripts } from '../model/scripts.ts';
import type { Site } from '../report.ts';
import type { Locator, NamedPlace } from '../source/locate.ts';
import { functionWord } from './words.ts';

/** What it takes to see who reads a variable. */
export interface Readers {
  readonly view: ObjectView;
  readonly scripts: Scripts;
  readonly locator: Locator;
}

/** A variable that a scope keeps although none of the living functions that see it would ever read it. */
export interface DeadVariable {
  readonly name: string;
  /** A living function that keeps the scope, for its other variables. */
  readonly keeper: NamedPlace;
  /** The functions of the source that read it, of which none is alive. */
  readonly readers: readonly NamedPlace[];
}

/**
 * Whether nothing that is alive reads a variable of a scope: all functions made in one call share one scope, so that what one of
 * them needed is kept by another. Only said when the source of every function that sees it was read.
 * @param scope NodeIndex of a scope
 * @returns null when something may read it
 */
export function deadVariable(readers: Readers, scope: number, name: string): DeadVariable | null {
  const { scripts, locator } = readers;
  const seeing = functionsSeeing(readers, scope);
  const positions = seeing.map((node) => scripts.positionOf(node));
  if (seeing.length === 0 || positions.some((at) => at === null || locator.mentions(name, at) !== false))
    return null;
  const [keeper] = seeing;
  const { script, line, column } = positions[0]!;
  return {
    name,
    keeper: { name: nameOf(readers, keeper), location: locator.toSource(script, line, column) },
    readers: locator.functionsMentioning(name, positions[0]!),
  };
}

/** "is read by `unused` (app.js:4:7) alone, which is gone; `run` (app.js:6:3) shares its scope and keeps it" */
export function deadVariableSentence({ name, keeper, readers }: DeadVariable): string {
  const by = readers.map(place).join(' and ');
  const read =
    by === '' ? 'by nothing' : `by ${by} alone, ${readers.length === 1 ? 'which is' : 'which are'} gone`;
  return `\`${name}\` is read ${read}; ${place(keeper)} shares its scope and keeps it`;
}

const place = ({ name, location }: NamedPlace) => `${functionWord(name)} (${locationText(location)})`;

/** What to do about it. */
export function deadVariableFix({ name, readers }: DeadVariable): string {
  const move =
    readers.length === 1
      ? `${functionWord(readers[0].name)} where it does not share a scope with the others`
      : 'the functions that read it where they do not share a scope with the others';
  return `Set \`${name}\` to null when it is done with, or make ${move}: all functions made in one call share that call's variables.`;
}

/** The functions that had read it, as places to look at. */
export function deadVariableSites({ name, readers }: DeadVariable): Site[] {
  return readers.map((one) => ({
    role: 'captured' as const,
    what: `${functionWord(one.name)} read \`${name}\`, and is gone`,
    location: one.location,
  }));
}

function nameOf({ view }: Readers, node: number): string | null {
  if (!view.isClosure(node)) return null;
  return view.className(node) || null;
}

const MAX_SCOPES = 64; // from a function outwards: nobody nests deeper

/** Closures, and frames of generators and async functions that stand still, from whose scope this one is visible. */
function functionsSeeing({ view }: Readers, scope: number): number[] {
  const { graph } = view;
  const object = graph.nodeTypeNames.indexOf('object');
  const known = new Map<number, boolean>([[scope, true]]); // scope -> whether this one is visible from it
  const found: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    const isFrame = graph.nodeType[node] === object && FRAMES.has(view.className(node));
    if (!isFrame && !view.isClosure(node)) continue;
    const own = view.internal(node, 'context');
    if (own !== -1 && isVisibleFrom(view, own, known)) found.push(node);
  }
  return found;
}

const FRAMES: ReadonlySet<string> = new Set(['Generator', 'AsyncGenerator']);

function isVisibleFrom(view: ObjectView, from: number, known: Map<number, boolean>): boolean {
  const way: number[] = [];
  let at = from;
  while (at !== -1 && !known.has(at) && way.length < MAX_SCOPES) {
    way.push(at);
    at = view.isScope(at) ? view.internal(at, 'previous') : -1;
  }
  const isVisible = known.get(at) ?? false;
  for (const passed of way) known.set(passed, isVisible);
  return isVisible;
}
