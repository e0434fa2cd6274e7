import type { ObjectRow, OwnedRow, OwnersAnswer } from '../heap/questions.ts';
import { el } from './dom.ts';
import { bytes, count, percent } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { heapAddress } from './route.ts';
import { squarify } from './squarify.ts';

const ASPECT = 2; // as in the style sheet
const NARROW_ASPECT = 0.8;

/** Who keeps what alive, as a map: the area is what would be freed with the object, the colour how much of it is new. */
export async function ownersScreen({ heap, file, place }: HeapView): Promise<HTMLElement> {
  const answer = await heap.ask('owners', file, { node: place.node });
  const shown = answer.chain.at(-1)!;
  return el(
    'div',
    {},
    breadcrumb(answer, file),
    el(
      'div',
      { class: 'panel' },
      el('h2', {}, `${labelOf(shown)} keeps ${bytes(shown.retainedBytes)} alive`),
      answer.children.length > 0
        ? treemap(answer, file)
        : el('p', { class: 'note' }, 'It alone keeps nothing else alive.'),
      legend(answer),
      shown.node !== 0 &&
        el('p', {}, el('a', { href: heapAddress('object', { file, node: shown.node }) }, 'Open this object')),
    ),
  );
}

function breadcrumb({ chain }: OwnersAnswer, file: string): HTMLElement {
  const steps = chain.map((owner, i) =>
    i === chain.length - 1
      ? el('li', { 'aria-current': 'page' }, labelOf(owner))
      : el('li', {}, el('a', { href: heapAddress('owners', { file, node: owner.node }) }, labelOf(owner))),
  );
  return el('nav', { class: 'breadcrumb', 'aria-label': 'Owners' }, el('ol', {}, ...steps));
}

function treemap({ children, restBytes, restCount }: OwnersAnswer, file: string): HTMLElement {
  const shown = children.filter(({ retainedBytes }) => retainedBytes > 0);
  const sizes = shown.map(({ retainedBytes }) => retainedBytes);
  if (restBytes > 0) sizes.push(Math.min(restBytes, sizes.at(-1) ?? restBytes));
  const narrow = matchMedia('(max-width: 640px)').matches;
  const tiles = squarify(sizes, narrow ? NARROW_ASPECT : ASPECT);
  const items = tiles.map((tile, i) => {
    const child = shown[i];
    const item = el('li', {}, child ? childTile(child, file) : restTile(restCount, restBytes));
    item.style.left = `${tile.left}%`;
    item.style.top = `${tile.top}%`;
    item.style.width = `${tile.width}%`;
    item.style.height = `${tile.height}%`;
    return item;
  });
  return el('ul', { class: 'treemap', 'aria-label': 'What it keeps alive, largest first' }, ...items);
}

function childTile(child: OwnedRow, file: string): HTMLElement {
  const name = labelOf(child);
  const size = bytes(child.retainedBytes);
  const link = el(
    'a',
    {
      class: 'tile',
      href: heapAddress('owners', { file, node: child.node }),
      title: `${name}, ${size}${newText(child)}`,
    },
    el('b', {}, child.heldAs || whatIs(child)),
    ' ',
    el('span', {}, size),
    ' ',
    child.heldAs !== '' && el('span', {}, whatIs(child)),
    el('span', { class: 'unseen' }, newText(child)),
  );
  const share = child.newShare ?? 0;
  link.style.setProperty('--new', `${Math.round(8 + share * 50)}%`);
  link.style.setProperty('--hue', share > 0.01 ? 'var(--line-alarm)' : 'var(--line-1)');
  return link;
}

function restTile(restCount: number, restBytes: number): HTMLElement {
  const text = `${count(restCount)} more, ${bytes(restBytes)}`;
  return el('span', { class: 'tile', title: text }, el('span', {}, text));
}

function legend({ children }: OwnersAnswer): HTMLElement {
  const known = children.some(({ newShare }) => newShare !== null);
  return el(
    'p',
    { class: 'note' },
    known
      ? 'The area is what would be freed with the object; the redder, the more of it came after the first snapshot.'
      : 'The area is what would be freed with the object.',
  );
}

function newText({ newShare }: ObjectRow): string {
  return newShare === null ? '' : `, ${percent(newShare * 100)} new`;
}

/** `bus: EventEmitter`: its name in the program, and what it is. */
function labelOf(owned: OwnedRow): string {
  if (owned.node === 0) return 'The program';
  return owned.heldAs === '' ? whatIs(owned) : `${owned.heldAs}: ${whatIs(owned)}`;
}

function whatIs({ name, className, type, id }: ObjectRow): string {
  if (type.includes('string')) return `"${name.slice(0, 60)}"`;
  return name || className || `${type} @${id}`;
}
