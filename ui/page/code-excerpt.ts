import type { SourceLocation } from '../../analyzer/report.ts';
import type { SourceExcerpt } from '../api.ts';
import { el, prose } from './dom.ts';
import { outOfReach } from './out-of-reach.ts';
import type { RunSource } from './source.ts';

/** Places nearer than this are shown as one piece of code. */
const NEAR_LINES = 16;

/** A place in the code and why it matters. */
export interface CodePlace {
  readonly what: string;
  readonly location: SourceLocation;
}

/** The code around the places, each line once; filled in when it has come. */
export function codeExcerpts(source: RunSource, places: readonly CodePlace[]): HTMLElement[] {
  return groupsOf(places).map((group) => {
    const captions = group.map(({ what, location: { file, line } }) =>
      el('figcaption', {}, el('span', {}, prose(what)), el('code', { class: 'location' }, `${file}:${line}`)),
    );
    const figure = el('figure', { class: 'code' }, ...captions);
    void fill(figure, source, group);
    return figure;
  });
}

/** Places of one file in the order of their lines, cut where the code between them is long. */
function groupsOf(places: readonly CodePlace[]): CodePlace[][] {
  const groups: CodePlace[][] = [];
  for (const file of new Set(places.map(({ location }) => location.file))) {
    const inFile = places
      .filter(({ location }) => location.file === file)
      .toSorted((one, other) => one.location.line - other.location.line);
    let lastLine = -Infinity;
    for (const place of inFile) {
      if (place.location.line - lastLine > NEAR_LINES) groups.push([]);
      groups.at(-1)!.push(place);
      lastLine = place.location.line;
    }
  }
  return groups;
}

async function fill(figure: HTMLElement, source: RunSource, group: readonly CodePlace[]): Promise<void> {
  const answers = await Promise.all(group.map(({ location }) => source.excerpt(location)));
  const excerpts = answers.filter((excerpt) => excerpt !== null);
  figure.append(excerpts.length > 0 ? codeLines(excerpts) : el('p', { class: 'absent' }, whyAbsent(source)));
}

function codeLines(excerpts: readonly SourceExcerpt[]): HTMLElement {
  const meant = new Set(excerpts.map(({ line }) => line));
  const codeByLine = new Map<number, string>();
  for (const { firstLine, lines } of excerpts) {
    for (const [i, code] of lines.entries()) codeByLine.set(firstLine + i, code);
  }
  const rows = [...codeByLine].map(([number, code]) =>
    el(
      'span',
      { class: meant.has(number) ? 'line meant' : 'line' },
      el('span', { class: 'number', 'aria-hidden': 'true' }, number),
      el('span', {}, code || ' '),
      '\n',
    ),
  );
  return el('pre', { tabindex: 0, role: 'region', 'aria-label': 'Code' }, el('code', {}, ...rows));
}

function whyAbsent(source: RunSource): string {
  if (source.isSaved) return 'The code was not at hand when this report was saved.';
  return source.actions
    ? 'The code is not at hand: it is not among the files of the observed application.'
    : outOfReach('Code is', source);
}
