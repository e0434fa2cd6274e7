import type { ObjectRow, ReferenceRow } from '../heap/questions.ts';
import { el } from './dom.ts';
import { bytes, percent } from './format.ts';
import type { TableColumn } from './paged-table.ts';
import { heapAddress } from './route.ts';

/** "Map @1234" with its class where that says more, as a link to the object. */
export function objectLink(row: ObjectRow, file: string): HTMLElement {
  const { node, id, name, className, type } = row;
  const isText = type.includes('string');
  const label = isText ? `"${name}"` : name || className || `(${type})`;
  return el(
    'span',
    { class: 'object-name' },
    el('a', { href: heapAddress('object', { file, node }) }, label),
    el('small', {}, isText || className === name ? `${type} @${id}` : `${className} @${id}`),
  );
}

/** The columns of every table of objects. */
export function objectColumns(file: string): TableColumn<ObjectRow>[] {
  return [
    { title: 'Object', cell: (row) => objectLink(row, file) },
    { title: 'Own size', isNumber: true, cell: (row) => bytes(row.shallowBytes) },
    { title: 'Keeps alive', isNumber: true, cell: (row) => bytes(row.retainedBytes) },
    {
      title: 'New',
      isNumber: true,
      cell: (row) => (row.newShare === null ? '–' : percent(row.newShare * 100)),
    },
  ];
}

/** The same with the reference in front. */
export function referenceColumns(file: string): TableColumn<ReferenceRow>[] {
  return [{ title: 'Reference', cell: referenceName }, ...objectColumns(file)];
}

export function referenceName({ edge, edgeType }: ReferenceRow): HTMLElement {
  const text = edgeType === 'element' ? `[${edge}]` : edge;
  return el('span', {}, el('code', {}, text), el('small', {}, edgeType));
}
