import { el } from './dom.ts';

/** One named number, for a definition list of the class `figures`. */
export function figure(name: string, value: string, explanation?: string): HTMLElement {
  return el('div', { title: explanation }, el('dt', {}, name), el('dd', {}, value));
}
