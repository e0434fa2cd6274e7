import type { SourceLocation } from '../../analyzer/report.ts';
import type { HeapAsk, HeapQuestions, ThingsAsk } from '../heap/questions.ts';
import type { Age, CalledBy, HeldAs } from '../heap/thing-rows.ts';
import { el, prose } from './dom.ts';
import type { Child } from './dom.ts';
import { bytes, count, duration } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { pagedTable } from './paged-table.ts';
import type { TableColumn, TableRequest } from './paged-table.ts';
import { heapAddress } from './route.ts';

/** The questions whose answers are tabs of this screen. */
type ThingName = Extract<
  HeapAsk,
  'listeners' | 'timers' | 'waiting' | 'caches' | 'buffers' | 'handles' | 'duplicates'
>;
type RowOf<Name extends ThingName> = HeapQuestions[Name]['answer']['rows'][number];

interface Tab<Name extends ThingName> {
  readonly title: string;
  /** What is listed, and what to look for, in a sentence. */
  readonly note: string;
  readonly sort?: string;
  readonly columns: (file: string) => readonly TableColumn<RowOf<Name>>[];
}

const AGES: Readonly<Record<Age, string>> = {
  before: 'before the first snapshot',
  after: 'after the first snapshot',
  mixed: 'before and after the first snapshot',
};

const TABS: { readonly [Name in ThingName]: Tab<Name> } = {
  listeners: {
    title: 'Listeners',
    note: 'Who listens to what. The same function many times on one emitter is added and never removed.',
    columns: (file) => [
      { title: 'Event', cell: ({ event }) => el('code', {}, event) },
      {
        title: 'Emitter',
        cell: ({ emitterClass, emitter, emitterId }) =>
          named(emitterClass, emitter, objectAt(file, emitterId)),
      },
      { title: 'Calls', cell: callbackCell },
      {
        title: 'Most on one',
        isNumber: true,
        cell: ({ mostOnOne, isOverLimit }) =>
          el(
            'span',
            { class: isOverLimit ? 'over' : null, title: isOverLimit ? 'Over its limit' : null },
            count(mostOnOne),
          ),
      },
      { title: 'Emitters', isNumber: true, cell: ({ emitterCount }) => count(emitterCount) },
      { title: 'In all', isNumber: true, cell: ({ listenerCount }) => count(listenerCount) },
    ],
  },
  timers: {
    title: 'Timers',
    note: 'Timers that call the same place after the same time. Intervals in numbers are started and never cleared.',
    columns: (file) => [
      {
        title: 'Kind',
        cell: ({ kind, isActive, timerId }) =>
          link(isActive ? kind : `${kind}, done but kept`, objectAt(file, timerId)),
      },
      {
        title: 'Delay',
        isNumber: true,
        cell: ({ delayMs }) => (delayMs === null ? '–' : delayText(delayMs)),
      },
      { title: 'Calls', cell: callbackCell },
      { title: 'Timers', isNumber: true, cell: ({ timerCount }) => count(timerCount) },
      { title: 'Keep alive', isNumber: true, cell: ({ retainedBytes }) => bytes(retainedBytes) },
      { title: 'Made', cell: ({ age }) => (age === null ? '–' : AGES[age]) },
    ],
  },
  waiting: {
    title: 'Promises',
    note: 'Async functions that stand still at an await, and functions that wait for a promise to settle. What waits in ever larger numbers waits for something that does not come.',
    columns: (file) => [
      { title: 'What waits', cell: callbackCell },
      { title: 'How', cell: ({ how }) => el('code', {}, how) },
      { title: 'Waiting', isNumber: true, cell: ({ waitingCount }) => count(waitingCount) },
      { title: 'Promises', isNumber: true, cell: ({ promiseCount }) => count(promiseCount) },
      { title: 'Keep alive', isNumber: true, cell: ({ retainedBytes }) => bytes(retainedBytes) },
      {
        title: 'For',
        cell: ({ promise, promiseId }) => named('Promise', promise, objectAt(file, promiseId)),
      },
    ],
  },
  caches: {
    title: 'Caches and collections',
    note: 'Maps, Sets, arrays and objects used as dictionaries. A bound is a property beside them that sounds like one.',
    sort: 'entries',
    columns: (file) => [
      { title: 'Collection', cell: ({ className, name, id }) => named(className, name, objectAt(file, id)) },
      { title: 'Entries', sort: 'entries', isNumber: true, cell: ({ content }) => count(content.entryCount) },
      { title: 'Room for', isNumber: true, cell: ({ content }) => count(content.slotCount) },
      {
        title: 'Keeps alive',
        sort: 'retained',
        isNumber: true,
        cell: ({ retainedBytes }) => bytes(retainedBytes),
      },
      { title: 'Bound', cell: ({ limits }) => boundCell(limits) },
      { title: 'Holds', cell: ({ content }) => contentCell(content.values, content.keySamples) },
    ],
  },
  buffers: {
    title: 'Buffers',
    note: 'Memory outside of V8’s heap, by who holds it: RSS grows with it and the heap does not.',
    columns: (file) => [
      {
        title: 'Buffers',
        cell: ({ className, name, bufferId }) => named(className, name, objectAt(file, bufferId)),
      },
      { title: 'How many', isNumber: true, cell: ({ bufferCount }) => count(bufferCount) },
      { title: 'Pieces of memory', isNumber: true, cell: ({ memoryCount }) => count(memoryCount) },
      { title: 'Largest', isNumber: true, cell: ({ largestBytes }) => bytes(largestBytes) },
      { title: 'In all', isNumber: true, cell: ({ memoryBytes }) => bytes(memoryBytes) },
    ],
  },
  handles: {
    title: 'Handles',
    note: 'Sockets, servers, files, watchers, ports and workers, by who holds them.',
    columns: (file) => [
      {
        title: 'Handle',
        cell: ({ className, name, handleId }) => named(className, name, objectAt(file, handleId)),
      },
      { title: 'How many', isNumber: true, cell: ({ handleCount }) => count(handleCount) },
      {
        title: 'Open',
        isNumber: true,
        cell: ({ openCount }) => (openCount === null ? '–' : count(openCount)),
      },
      { title: 'Keep alive', isNumber: true, cell: ({ retainedBytes }) => bytes(retainedBytes) },
    ],
  },
  duplicates: {
    title: 'Equal strings',
    note: 'Texts that are there more than once: one copy instead of all would do.',
    columns: () => [
      { title: 'Text', cell: ({ text }) => el('code', { class: 'clip' }, text) },
      { title: 'Held by', cell: ({ name }) => named('', name, null) },
      { title: 'Copies', isNumber: true, cell: ({ copies }) => count(copies) },
      { title: 'One', isNumber: true, cell: (row) => bytes(row.bytes) },
      { title: 'Wasted', isNumber: true, cell: ({ wasteBytes }) => bytes(wasteBytes) },
    ],
  },
};

/** Listeners, timers, promises, caches, buffers and handles of a snapshot, by what in the code made them. */
export async function thingsScreen(view: HeapView): Promise<HTMLElement> {
  const name = (Object.keys(TABS) as ThingName[]).find((known) => known === view.place.by) ?? 'listeners';
  return el('div', {}, tabs(view, name), await tabContent(view, name, TABS[name] as Tab<ThingName>));
}

function tabs({ file }: HeapView, chosen: ThingName): HTMLElement {
  const links = Object.entries(TABS).map(([by, { title }]) =>
    el(
      'a',
      { href: heapAddress('things', { file, by }), 'aria-current': by === chosen ? 'page' : null },
      title,
    ),
  );
  return el('nav', { class: 'tabs', 'aria-label': 'Things' }, ...links);
}

async function tabContent<Name extends ThingName>(
  { heap, file }: HeapView,
  name: Name,
  { title, note, sort = '', columns }: Tab<Name>,
): Promise<HTMLElement> {
  const search = el('input', { type: 'search', placeholder: 'Name contains', 'aria-label': 'Name contains' });
  const internal = el('input', { type: 'checkbox' });
  const table = pagedTable<RowOf<Name>>({
    label: title,
    sort,
    columns: columns(file),
    load: (request) =>
      heap.ask(name, file, asked(request, { search: search.value, internal: internal.checked }) as never),
  });
  search.addEventListener('input', () => void table.reload());
  internal.addEventListener('change', () => void table.reload());
  await table.reload();
  return el(
    'div',
    {},
    el('div', { class: 'search' }, search, el('label', {}, internal, ' Also what only Node itself made')),
    el('div', { class: 'panel' }, el('p', { class: 'note' }, note), table.element),
  );
}

function asked(
  { offset, limit, sort }: TableRequest,
  filter: Pick<ThingsAsk, 'search' | 'internal'>,
): ThingsAsk & { readonly sort: string } {
  return { offset, limit, sort, ...filter };
}

function objectAt(file: string, id: number): string {
  return heapAddress('object', { file, id });
}

function link(text: string, address: string): HTMLElement {
  return el('a', { href: address }, text);
}

/** A class, what the program calls the object, and where that is declared. */
function named(className: string, { phrase, location }: HeldAs, address: string | null): HTMLElement {
  return el(
    'span',
    { class: 'object-name' },
    className !== '' && (address === null ? className : link(className, address)),
    className !== '' && ' ',
    prose(phrase),
    placeText(location),
  );
}

function callbackCell({ functionName, location }: CalledBy): HTMLElement {
  return el(
    'span',
    { class: 'object-name' },
    el('code', {}, functionName === '' ? '(anonymous)' : functionName),
    placeText(location),
  );
}

function placeText(location: SourceLocation | null): Child {
  return location && el('small', { class: 'location' }, `${location.file}:${location.line}`);
}

function delayText(ms: number): string {
  return ms < 1000 ? `${count(ms)} ms` : duration(ms);
}

function boundCell(limits: readonly string[]): Child {
  if (limits.length === 0) return el('span', { class: 'quiet-text' }, 'none seen');
  return el('span', {}, ...limits.map((name) => el('code', { class: 'chip' }, name)));
}

function contentCell(values: string, keys: readonly string[]): HTMLElement {
  return el(
    'span',
    { class: 'object-name' },
    values === '' ? el('span', { class: 'quiet-text' }, 'numbers, or nothing') : prose(values),
    keys.length > 0 && el('small', { class: 'path' }, `keys ${keys.join(', ')}, …`),
  );
}
