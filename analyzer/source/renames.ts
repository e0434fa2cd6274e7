import type { Diagnosis } from '../detectors/detector.ts';
import type { Facts, Step } from '../detectors/facts.ts';
import { nameOf } from '../detectors/facts.ts';
import type { TraceElement } from '../report.ts';
import type { Locator } from './locate.ts';

/** What a minifier called things on the way to a leak -> what their source calls them. */
export interface Renames {
  readonly classes: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
}

/** Asks the source maps for each class, function and variable on the way; empty where nothing was renamed. */
export function renamesOf(facts: Facts, locator: Locator): Renames {
  const classes = new Names();
  const variables = new Names();
  const { view, scripts, chain, member } = facts;
  for (const node of new Set([...chain.map((step) => step.node), member, view.unwrapped(member)])) {
    const position = scripts.positionOf(node);
    if (position !== null)
      classes.add(view.className(node), locator.originalName(view.className(node), position));
  }
  const last: Step = { node: member, via: facts.memberVia, className: facts.memberClass };
  [...chain, last].forEach(({ via }, at, steps) => {
    if (!via.startsWith('$') || at === 0) return;
    const position = scripts.positionOf(scripts.closureIn(steps[at - 1].node));
    if (position !== null) variables.add(nameOf(via)!, locator.originalName(nameOf(via)!, position));
  });
  return { classes: classes.clear(), variables: variables.clear() };
}

/** Short names with what they stand for; one that stands for two things is left as it is. */
class Names {
  private readonly originals = new Map<string, string | null>();

  add(short: string, original: string | null): void {
    const known = this.originals.get(short);
    this.originals.set(short, known === undefined || known === original ? original : null);
  }

  clear(): Map<string, string> {
    return new Map(
      [...this.originals].flatMap(([short, original]) => (original === null ? [] : [[short, original]])),
    );
  }
}

const QUOTED_OR_KEY = String.raw`'[^']*'|\[[^\]]*\]`;
const NAME = String.raw`(?<![.\p{ID_Continue}$])[\p{ID_Start}$_][\p{ID_Continue}$]*`;
const PARTS = new RegExp(`${QUOTED_OR_KEY}|${NAME}`, 'gu');

/** Gives back their names to what a name is made of; events and keys, in quotes and brackets, are data, and properties keep theirs. */
export function renamedText(text: string, { classes, variables }: Renames): string {
  if (classes.size + variables.size === 0) return text;
  return text.replaceAll(PARTS, (part) => variables.get(part) ?? classes.get(part) ?? part);
}

/** The same for what stands in backticks in a sentence. */
export function renamedSentence(text: string, renames: Renames): string {
  return text.replaceAll(/`[^`]*`/g, (quoted) => renamedText(quoted, renames));
}

/** A class, or `function name`. */
export function renamedClass(className: string, { classes }: Renames): string {
  const [, start, name] = /^(function )?(.*)$/s.exec(className)!;
  return `${start ?? ''}${classes.get(name) ?? name}`;
}

/** `Session objects`, or words with names in backticks. */
function renamedObjects(what: string, renames: Renames): string {
  const [, className, rest] = /^(\S+)( objects)$/.exec(what) ?? [null, '', ''];
  return rest === '' ? renamedSentence(what, renames) : `${renamedClass(className, renames)}${rest}`;
}

/** A trace in the names of the source. */
export function renamedTrace(trace: readonly TraceElement[], renames: Renames): TraceElement[] {
  return trace.map((element) => ({
    ...element,
    label: renamedObjects(renamedClass(element.label, renames), renames),
    via: element.via.replace(/^variable (.*)$/s, (whole, name: string) => {
      const original = renames.variables.get(name);
      return original === undefined ? whole : `variable ${original}`;
    }),
  }));
}

/** A diagnosis in the names of the source. */
export function inSourceNames(diagnosis: Diagnosis, renames: Renames): Diagnosis {
  const { name, property, className, container, where } = diagnosis;
  const holder = renamedClass(container, renames);
  const isVariable = property !== null && (property === name || where.look === 'variable');
  return {
    ...diagnosis,
    name: renamedText(name, renames),
    property: isVariable ? (renames.variables.get(property) ?? property) : property,
    className: className && renamedClass(className, renames),
    container: holder,
    subject: renamedSentence(diagnosis.subject.replace(` ${container} `, ` ${holder} `), renames),
    predicate: renamedSentence(diagnosis.predicate, renames),
    what: renamedObjects(diagnosis.what, renames),
    evidence: diagnosis.evidence.map((text) => renamedSentence(text, renames)),
  };
}
