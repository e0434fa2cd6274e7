import type { ObjectAnswer, ReferenceRow } from '../heap/questions.ts';
import { button, el } from './dom.ts';
import { figure } from './figure.ts';
import { bytes, percent } from './format.ts';
import type { HeapView } from './heap-screen.ts';
import { objectLink, referenceColumns, referenceName } from './object-columns.ts';
import { pagedTable } from './paged-table.ts';
import { heapAddress } from './route.ts';

/** One object: what it is, what holds it, what it refers to. */
export async function objectScreen(view: HeapView): Promise<HTMLElement> {
  const { file, place } = view;
  const ask = (offset: number, limit: number) =>
    view.heap.ask('object', file, { offset, limit, node: place.node, id: place.id, ignored: place.ignored });
  const answer = await ask(0, 1);
  const columns = referenceColumns(file);
  const side = (label: string, pick: (answer: ObjectAnswer) => ObjectAnswer['retainers']) =>
    pagedTable<ReferenceRow>({
      label,
      sort: '',
      columns,
      load: async (page) => pick(await ask(page.offset, page.limit)),
    });
  const retainers = side('Held by', (whole) => whole.retainers);
  const references = side('Refers to', (whole) => whole.references);
  await Promise.all([retainers.reload(), references.reload()]);
  return el(
    'div',
    {},
    identity(answer, view),
    el('div', { class: 'panel' }, el('h2', {}, 'Why it is alive'), holdingPath(answer, view)),
    el('div', { class: 'panel' }, el('h2', {}, 'Held by'), retainers.element),
    el('div', { class: 'panel' }, el('h2', {}, 'Refers to'), references.element),
  );
}

function identity({ object }: ObjectAnswer, { file }: HeapView): HTMLElement {
  const { node, shallowBytes, retainedBytes, newShare } = object;
  return el(
    'div',
    { class: 'panel' },
    el('h2', {}, objectLink(object, file)),
    el(
      'dl',
      { class: 'figures' },
      figure('Own size', bytes(shallowBytes)),
      figure('Keeps alive', bytes(retainedBytes)),
      newShare !== null && figure('New since the first snapshot', percent(newShare * 100)),
    ),
    el('p', {}, el('a', { href: heapAddress('owners', { file, node }) }, 'Show it among the owners')),
  );
}

function holdingPath({ path, object }: ObjectAnswer, view: HeapView): HTMLElement {
  const { ignored } = view.place;
  const again = ignored.length > 0 && el('p', { class: 'note' }, restore(view));
  if (path === null) {
    const text =
      ignored.length > 0
        ? 'Nothing else holds it: without the ignored it would be freed, '
        : 'Nothing holds it: ';
    return el('div', {}, el('p', {}, `${text}${bytes(object.retainedBytes)}.`), again);
  }
  return el('div', {}, el('ol', { class: 'holders' }, ...path.map((step) => holder(step, view))), again);
}

function holder(step: ReferenceRow, { file, place }: HeapView): HTMLElement {
  const isRoot = step.node === 0;
  const ignore = () => {
    location.hash = heapAddress('object', { ...place, file, ignored: [...place.ignored, step.node] });
  };
  return el(
    'li',
    {},
    referenceName(step),
    el('span', { class: 'of' }, isRoot ? 'of the root' : 'of'),
    isRoot ? null : objectLink(step, file),
    isRoot
      ? null
      : button('Ignore', { class: 'quiet', title: 'Look for another path that avoids it' }, ignore),
  );
}

function restore({ file, place }: HeapView): HTMLElement {
  const count = place.ignored.length;
  const address = heapAddress('object', { ...place, file, ignored: [] });
  return el(
    'a',
    { href: address },
    `Count ${count === 1 ? 'the ignored holder' : `the ${count} ignored holders`} again`,
  );
}
