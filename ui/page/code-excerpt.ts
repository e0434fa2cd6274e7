import type { SourceLocation } from '../../analyzer/report.ts';
import type { SourceExcerpt } from '../api.ts';
import { el } from './dom.ts';
import type { RunSource } from './source.ts';

/** The code around a place, filled in when it has come; a sentence when there is none. */
export function codeExcerpt(source: RunSource, location: SourceLocation, what: string): HTMLElement {
  const place = `${location.file}:${location.line}`;
  const caption = el('figcaption', {}, el('span', {}, what), el('code', { class: 'location' }, place));
  const figure = el('figure', { class: 'code' }, caption);
  void fill(figure, source, location);
  return figure;
}

async function fill(figure: HTMLElement, source: RunSource, location: SourceLocation): Promise<void> {
  const excerpt = await source.excerpt(location);
  figure.append(excerpt ? codeLines(excerpt) : el('p', { class: 'absent' }, whyAbsent(source)));
}

function codeLines({ lines, firstLine, line }: SourceExcerpt): HTMLElement {
  const rows = lines.map((code, i) => {
    const number = firstLine + i;
    return el(
      'span',
      { class: number === line ? 'line meant' : 'line' },
      el('span', { class: 'number', 'aria-hidden': 'true' }, number),
      el('span', {}, code || ' '),
      '\n',
    );
  });
  return el('pre', { tabindex: 0, role: 'region', 'aria-label': 'Code' }, el('code', {}, ...rows));
}

function whyAbsent({ mayAct }: RunSource): string {
  return mayAct
    ? 'The code is not at hand: it is not among the files of the observed application.'
    : 'Code is shown where the page was opened by the address that leakwatch printed.';
}
