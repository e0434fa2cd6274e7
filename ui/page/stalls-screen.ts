import type { Frame, RunOverview, StallRow, Stalls } from '../api.ts';
import { codeExcerpts } from './code-excerpt.ts';
import { el, prose } from './dom.ts';
import type { Child } from './dom.ts';
import { flame } from './flame.ts';
import { frameName, mergedStacks, ownerOf, placeOf } from './flame-tree.ts';
import { count, dateAndClock, milliseconds, percent } from './format.ts';
import { callsInOrder } from './profile-screen.ts';
import { stallAddress } from './route.ts';
import type { StallPlace } from './route.ts';
import type { RunSource } from './source.ts';
import { stallAdvice, stallKind } from './stall-words.ts';

/** Every block of the event loop: what was to blame, how often, where the time went, and one of them closely. */
export async function stallsScreen(
  source: RunSource,
  place: StallPlace,
  run: RunOverview | null,
): Promise<HTMLElement> {
  const stalls = await source.stalls();
  if (stalls.count === 0) return el('p', { class: 'lead' }, whyNone(run));
  const chosen =
    stalls.rows.find(({ at, process }) => at === place.at && (place.process || process) === process) ?? null;
  return el(
    'div',
    {},
    el('p', { class: 'lead' }, ...summary(stalls)),
    chosen && oneStall(chosen, source),
    chosen && (await callsDuring(chosen, source)),
    el('section', { class: 'panel' }, el('h2', {}, 'Who is to blame'), culpritTable(stalls, source)),
    timeFlame(stalls),
    el('section', { class: 'panel' }, el('h2', {}, 'One by one'), stallTable(stalls, chosen)),
  );
}

function whyNone(run: RunOverview | null): string {
  if (run?.status === 'finished' && run.processes.length === 0 && !run.hasSnapshots)
    return 'Nothing was recorded in this run.';
  if (run?.status === 'finished' && run.processes.length === 0)
    return 'Only snapshots are open here: the event loop is watched by the agent, in a run.';
  return 'No block of the event loop over the threshold was recorded. The delay that is always there is on the timeline.';
}

function summary({ count: times, totalMs, culprits }: Stalls): Child[] {
  const [worst] = culprits;
  const all = `The event loop stood still ${times === 1 ? 'once' : `${count(times)} times`}, ${milliseconds(totalMs)} in all`;
  const share = worst.totalMs / totalMs;
  const most = share > 0.99 ? 'all of it' : `${percent(Math.round(100 * share))} of it`;
  if (!worst.culprit) return [`${all}; ${most}: ${stallKind(worst.category)}.`];
  return [`${all}; ${most} in `, el('code', {}, frameName(worst.culprit)), ` (${placeOf(worst.culprit)}).`];
}

function culpritTable({ culprits, totalMs }: Stalls, source: RunSource): HTMLElement {
  const rows = culprits.map((row) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, frameLabel(row.culprit)),
      el('td', {}, stallKind(row.category)),
      el('td', { class: 'number' }, count(row.count)),
      el('td', { class: 'number' }, milliseconds(row.longestMs)),
      el('td', { class: 'number' }, milliseconds(row.totalMs)),
      el('td', { class: 'wide' }, meter(row.totalMs / totalMs)),
    ),
  );
  const [worst] = culprits;
  return el(
    'div',
    {},
    scrolling(
      'Who is to blame',
      table(['Function', 'Kind', '#Times', '#Longest', '#In all', ''], rows, 'culprits'),
    ),
    el('h3', {}, `What helps: ${stallKind(worst.category)}`),
    el('p', { class: 'fix' }, prose(stallAdvice(worst.category))),
    worst.culprit && isCode(worst.culprit) && el('h3', {}, 'The code'),
    ...(worst.culprit && isCode(worst.culprit) ? codeOf(worst.culprit, source) : []),
  );
}

function timeFlame({ rows, culprits }: Stalls): HTMLElement | null {
  const stacks = rows.map(({ stack, culprit, totalMs }) => ({
    stack: stack.length > 0 ? stack : stackLike(rows, culprit),
    weight: totalMs,
  }));
  if (stacks.every(({ stack }) => stack.length === 0)) return null;
  const blank = stacks.some(({ stack }) => stack.length === 0)
    ? ' Of those that leave the right side blank no stack is known.'
    : '';
  const times = culprits.reduce((sum, row) => sum + row.count, 0);
  return el(
    'section',
    { class: 'panel' },
    el('h2', {}, 'Where the time went'),
    el(
      'p',
      { class: 'note' },
      `Callers above, what they called below; as wide as the loop stood still for it. Each stall counts with its heaviest stack.${blank}`,
    ),
    flame(mergedStacks(times === 1 ? 'the stall' : `${count(times)} stalls`, stacks), {
      label: 'Time in stalls',
      format: milliseconds,
    }),
  );
}

/** Of stalls that the agent summed up only the culprit is known; the way to it is that of another one. */
function stackLike(rows: readonly StallRow[], culprit: Frame | null): readonly Frame[] {
  if (!culprit) return [];
  const isSame = (row: StallRow) =>
    row.stack.length > 0 &&
    row.culprit?.functionName === culprit.functionName &&
    row.culprit.file === culprit.file;
  return rows.find(isSame)?.stack ?? [culprit];
}

function stallTable({ rows }: Stalls, chosen: StallRow | null): HTMLElement {
  const lines = rows.map((row) =>
    el(
      'tr',
      { class: row === chosen ? 'chosen' : null },
      el('th', { scope: 'row' }, el('a', { href: stallAddress(row) }, dateAndClock(row.at))),
      el('td', { class: 'number' }, `${milliseconds(row.durationMs)}${row.isOngoing ? ' so far' : ''}`),
      el('td', { class: 'number' }, row.count > 1 ? `${count(row.count)} ×` : ''),
      el('td', {}, stallKind(row.category)),
      el('td', {}, frameLabel(row.culprit)),
      el('td', {}, row.process),
    ),
  );
  return scrolling(
    'Stalls one by one',
    table(['When', '#How long', '#', 'Kind', 'In', 'Process'], lines, 'stall-rows'),
  );
}

function oneStall(row: StallRow, source: RunSource): HTMLElement {
  const { at, durationMs, category, culprit, stack, isOngoing } = row;
  return el(
    'section',
    { class: 'panel one-stall', 'aria-labelledby': 'stall-title' },
    el(
      'h2',
      { id: 'stall-title', tabindex: -1 },
      `${milliseconds(durationMs)}${isOngoing ? ' so far' : ''} at ${dateAndClock(at)}: ${stallKind(category)}`,
    ),
    el('p', { class: 'fix' }, prose(stallAdvice(category))),
    ...(culprit && isCode(culprit) ? codeOf(culprit, source) : []),
    el('h3', {}, 'Stack'),
    stack.length > 0
      ? el('ol', { class: 'stack' }, ...stack.map((frame) => stackLine(frame, culprit)))
      : el('p', { class: 'note' }, whyNoStack(row)),
  );
}

/** As time went by, where it is known; a stall itself has its heaviest stack only. */
async function callsDuring(row: StallRow, { actions }: RunSource): Promise<HTMLElement | null> {
  const view = actions && (await actions.stallProfile(row));
  if (view)
    return callsInOrder(
      view,
      `From left to right as it happened, by ${view.file}, which was taken meanwhile.`,
    );
  const known = 'Of a stall its heaviest stack is recorded, not all its calls in their order';
  const more = actions
    ? ': those are shown here when a CPU profile runs meanwhile, which Captures can start'
    : '';
  return el('p', { class: 'note' }, `${known}${more}.`);
}

function whyNoStack({ count: times }: StallRow): string {
  return times > 1
    ? 'This stands for several stalls of one culprit; the first ones have their stacks.'
    : 'It was over before its stack could be seen.';
}

function stackLine(frame: Frame, culprit: Frame | null): HTMLElement {
  const isCulprit = frame.functionName === culprit?.functionName && frame.file === culprit.file;
  return el(
    'li',
    { 'data-owner': ownerOf(frame), class: isCulprit ? 'meant' : null },
    el('code', {}, frameName(frame)),
    frame.file !== '' && el('code', { class: 'location' }, placeOf(frame)),
  );
}

function codeOf(frame: Frame, source: RunSource): HTMLElement[] {
  const { file, line } = frame;
  return codeExcerpts(source, [{ what: `\`${frameName(frame)}\``, location: { file, line, column: 1 } }]);
}

/** What can be looked up in a file. */
function isCode(frame: Frame): boolean {
  return ownerOf(frame) === 'application' || ownerOf(frame) === 'package';
}

function frameLabel(frame: Frame | null): Child {
  if (!frame) return el('span', { class: 'quiet-text' }, 'not known');
  return el('span', {}, el('code', {}, frameName(frame)), el('small', { class: 'location' }, placeOf(frame)));
}

function meter(share: number): HTMLElement {
  const filled = el('i');
  filled.style.width = `${Math.round(share * 1000) / 10}%`;
  return el('div', { class: 'meter', 'aria-hidden': 'true' }, filled);
}

/** @param head a title each; `#` marks a column of numbers */
function table(head: readonly string[], rows: readonly HTMLElement[], className: string): HTMLElement {
  const cells = head.map((title) => {
    const text = title.replace(/^#/, '');
    if (text === '') return el('td');
    return el('th', { scope: 'col', class: title.startsWith('#') ? 'number' : null }, text);
  });
  return el('table', { class: className }, el('thead', {}, el('tr', {}, ...cells)), el('tbody', {}, ...rows));
}

function scrolling(label: string, content: HTMLElement): HTMLElement {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, content);
}
