import { button, el } from './dom.ts';
import { selfValue } from './flame-tree.ts';
import type { FlameNode } from './flame-tree.ts';
import { percent } from './format.ts';

const ROW_REM = 1.5;
const MIN_SHARE = 0.0015; // narrower boxes could neither be seen nor hit
const MIN_LABELLED = 0.025;
const MAX_DEPTH = 120;
const TABLE_ROWS = 40;

export interface FlameOptions {
  readonly label: string;
  /** Of a value: "120 ms". */
  readonly format: (value: number) => string;
}

interface Box {
  readonly node: FlameNode;
  readonly parent: Box | null;
  readonly depth: number;
  readonly element: HTMLButtonElement;
}

/**
 * Calls as boxes, callers above, as wide as what they took; a click zooms to one, Escape to all. With the keyboard,
 * arrows go to callers, callees and neighbours. Below it the same as a table.
 */
export function flame(root: FlameNode, { label, format }: FlameOptions): HTMLElement {
  const told = el('p', { class: 'told', role: 'status' });
  const all = button('Show all', { class: 'quiet', hidden: true }, () => show(root));
  const plot = el('div', {
    class: 'flame',
    role: 'group',
    'aria-label': `${label}: arrows move, Enter zooms`,
  });
  let boxes: Box[] = [];

  const describe = ({ name, place, value }: FlameNode) =>
    `${name}${place === '' ? '' : ` ${place}`}, ${format(value)}, ${percent((100 * value) / root.value)}`;
  const focus = (box: Box | undefined) => box?.element.focus();

  function show(top: FlameNode): void {
    boxes = [];
    const end = top.start + top.value;
    const waiting: { node: FlameNode; parent: Box | null; depth: number }[] = [
      { node: root, parent: null, depth: 0 },
    ];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node, depth } = next;
      const left = Math.max(node.start, top.start);
      const width = Math.min(node.start + node.value, end) - left;
      if (width < MIN_SHARE * top.value || depth > MAX_DEPTH) continue;
      const box = { ...next, element: boxElement(node, width / top.value) };
      box.element.style.left = `${(100 * (left - top.start)) / top.value}%`;
      box.element.style.width = `${(100 * width) / top.value}%`;
      box.element.style.top = `${depth * ROW_REM}rem`;
      boxes.push(box);
      for (const child of node.children.toReversed())
        waiting.push({ node: child, parent: box, depth: depth + 1 });
    }
    plot.style.height = `${(1 + Math.max(0, ...boxes.map(({ depth }) => depth))) * ROW_REM}rem`;
    plot.replaceChildren(...boxes.map(({ element }) => element));
    boxes[0]?.element.setAttribute('tabindex', '0');
    all.hidden = top === root;
  }

  function boxElement(node: FlameNode, share: number): HTMLButtonElement {
    const text = describe(node);
    const element = button(
      share >= MIN_LABELLED ? node.name : '',
      { class: 'frame', tabindex: -1, title: text, 'aria-label': text, 'data-owner': node.owner },
      () => zoomTo(node),
    );
    element.addEventListener('pointerenter', () => (told.textContent = text));
    element.addEventListener('focus', () => (told.textContent = text));
    return element;
  }

  function zoomTo(node: FlameNode): void {
    show(node);
    focus(boxes.find((box) => box.node === node));
  }

  function beside(box: Box, step: number): Box | undefined {
    const row = boxes.filter(({ depth }) => depth === box.depth);
    return row[row.indexOf(box) + step];
  }

  plot.addEventListener('keydown', (event) => {
    const box = boxes.find(({ element }) => element === event.target);
    if (!box) return;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowUp: () => focus(box.parent ?? undefined),
      ArrowDown: () => focus(boxes.find(({ parent }) => parent === box)),
      ArrowLeft: () => focus(beside(box, -1)),
      ArrowRight: () => focus(beside(box, 1)),
      Escape: () => zoomTo(root),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });

  show(root);
  return el(
    'figure',
    { class: 'flame-figure' },
    el('div', { class: 'scroll-y' }, plot),
    el('div', { class: 'flame-foot' }, told, all),
    functionTable(root, label, format),
  );
}

/** The functions that took most, callees not counted. */
function functionTable(root: FlameNode, label: string, format: (value: number) => string): HTMLElement {
  const body = el('tbody');
  const head = ['Function', 'Itself', 'Share'].map((name, i) =>
    el('th', { scope: 'col', class: i > 0 ? 'number' : null }, name),
  );
  const table = el('table', {}, el('thead', {}, el('tr', {}, ...head)), body);
  const region = { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${label}, table` };
  const element = el(
    'details',
    { class: 'as-list' },
    el('summary', {}, `${label} as a table`),
    el('div', region, table),
  );
  element.addEventListener('toggle', () => {
    if (element.open) body.replaceChildren(...functionRows(root, format));
  });
  return element;
}

function functionRows(root: FlameNode, format: (value: number) => string): HTMLElement[] {
  const selves = new Map<string, { node: FlameNode; value: number }>();
  const waiting = [...root.children];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const key = `${node.name}\0${node.place}`;
    selves.set(key, { node, value: (selves.get(key)?.value ?? 0) + selfValue(node) });
    waiting.push(...node.children);
  }
  return [...selves.values()]
    .filter(({ value }) => value > 0)
    .toSorted((one, other) => other.value - one.value)
    .slice(0, TABLE_ROWS)
    .map(({ node, value }) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, node.name, node.place !== '' && el('small', {}, node.place)),
        el('td', { class: 'number' }, format(value)),
        el('td', { class: 'number' }, percent((100 * value) / root.value)),
      ),
    );
}
