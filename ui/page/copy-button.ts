import { button, el } from './dom.ts';

/** Puts the text on the clipboard; where that is not allowed, shows it selected. */
export function copyButton(label: string, text: () => string): HTMLElement {
  const told = el('span', { role: 'status' });
  const area = el('textarea', { readonly: true, hidden: true, rows: 12, 'aria-label': label });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      told.textContent = 'Copied';
    } catch {
      area.value = text();
      area.hidden = false;
      area.select();
      told.textContent = 'Press Ctrl+C or Cmd+C';
    }
  };
  return el(
    'div',
    { class: 'copy' },
    button(label, { class: 'quiet' }, () => void copy()),
    told,
    area,
  );
}
