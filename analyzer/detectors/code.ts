import { filePath } from '../source/packages.ts';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { declarationOf, holderName } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

/** What is compiled, and what its words are. */
interface Compiled {
  readonly isIn: (facts: Facts) => boolean;
  readonly what: string;
  readonly predicate: string;
  readonly fix: string;
}

const COMPILED: readonly Compiled[] = [
  {
    isIn: (facts) => shareOf(facts, isContext) >= MOST,
    what: '`vm` contexts',
    predicate: 'keeps `vm` contexts, each with all of the built-in objects once more',
    fix:
      'Make one context and run every script in it, or let go of a context with all that came out of it: one function or object ' +
      'of a context keeps the whole of it.',
  },
  {
    isIn: (facts) => shareOf(facts, isScript) >= MOST,
    what: 'compiled `vm` scripts',
    predicate: 'keeps scripts that are compiled again and again',
    fix: 'Compile each text once, before the work that repeats, and run that script with other values; bound what keeps scripts by their text.',
  },
  {
    isIn: haveScriptsOfTheirOwn,
    what: 'functions, each compiled from a text of its own',
    predicate: 'keeps functions that are compiled again and again',
    fix:
      'Compile once and pass what differs as an argument: keep the function by what repeats (the template, the schema), not by its ' +
      'data, bound that collection, and build no code out of values with `new Function` or `eval`.',
  },
];

/** Code that is compiled anew for each piece of work and kept: by `new Function` and `eval`, as a `vm` script or context. */
export const code: Detector = {
  name: 'code',
  diagnose(facts) {
    const compiled = COMPILED.find(({ isIn }) => isIn(facts));
    if (compiled === undefined || facts.content !== 'objects') return null;
    const name = holderName(facts);
    return {
      kind: 'code',
      subject: `${containerWord(facts)} ${namePhrase(name)}`,
      predicate: compiled.predicate,
      name: name.name,
      className: name.className,
      property: name.property,
      container: facts.view.className(facts.holder),
      what: compiled.what,
      fix: compiled.fix,
      evidence: [],
      where: declarationOf(name),
    };
  },
};

const MOST = 0.8; // of the sampled objects: one or two may be of another sort
const MIN_SAMPLES = 4; // as many functions of as many plugins are nothing unusual
const MAX_SAMPLES = 24;
const MAX_PARTS = 24; // of one object: what has more is no pair of a name and its code

const samplesOf = ({ holding }: Facts) => holding.samples.slice(0, MAX_SAMPLES);

function shareOf(facts: Facts, test: (facts: Facts, node: number) => boolean): number {
  const samples = samplesOf(facts);
  return (
    samples.filter((node) => partsOf(facts, node).some((part) => test(facts, part))).length / samples.length
  );
}

const isContext = ({ view }: Facts, node: number) =>
  view.property(node, '<symbol node:contextify:context>') !== -1;

const isScript = ({ view, scripts }: Facts, node: number) =>
  !view.isClosure(node) && scripts.positionOf(node)?.script === 'node:vm';

/**
 * Functions made by one place in the code have one script, however many there are. Those of a file that is loaded again and
 * again have scripts of their own, too, but what keeps these tells more.
 */
export function haveScriptsOfTheirOwn(facts: Facts): boolean {
  const samples = samplesOf(facts);
  if (samples.length < MIN_SAMPLES || facts.isChain) return false;
  const scriptsBySample = samples.map((node) => scriptsIn(facts, node));
  const usersOf = new Map<number, number>();
  for (const ids of scriptsBySample) for (const id of ids) usersOf.set(id, (usersOf.get(id) ?? 0) + 1);
  const withOwn = scriptsBySample.filter((ids) => [...ids].some((id) => usersOf.get(id) === 1));
  return withOwn.length >= MOST * samples.length;
}

function scriptsIn(facts: Facts, node: number): Set<number> {
  const closures = partsOf(facts, node)
    .filter((part) => facts.view.isClosure(part))
    .map((closure) => facts.view.unwrapped(closure));
  const ids = closures
    .filter((closure) => filePath(facts.scripts.positionOf(closure)?.script ?? '') === null)
    .map((closure) => facts.scripts.scriptIdOf(closure));
  return new Set(ids.filter((id) => id !== -1));
}

/** The object, and what it holds by a name or a number. */
function partsOf({ view }: Facts, node: number): number[] {
  const { firstEdge, edgeTo, edgeType, edgeName, edgeTypeNames, strings } = view.graph;
  const parts = [node];
  const last = Math.min(firstEdge[node + 1], firstEdge[node] + MAX_PARTS);
  for (let edge = firstEdge[node]; edge < last; edge++) {
    const type = edgeTypeNames[edgeType[edge]];
    const isOwn = type === 'property' && !ABOVE.has(strings.get(edgeName[edge]));
    if (isOwn || type === 'element') parts.push(edgeTo[edge]);
  }
  return parts;
}

/** Ways from an object to its class. */
const ABOVE: ReadonlySet<string> = new Set(['__proto__', 'constructor']);
