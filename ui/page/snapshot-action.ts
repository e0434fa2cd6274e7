import type { RunActions } from './actions.ts';
import { button, el } from './dom.ts';

/** The button that asks a running process for a snapshot; the answer comes as a marker of its timeline. */
export function snapshotAction(actions: RunActions | null) {
  let process: string | null = null;
  const told = el('span', { class: 'note', role: 'status' });
  const take = async () => {
    if (process === null || actions === null) return;
    told.textContent = 'Asked; it is taken at the next sample';
    await actions.takeSnapshot(process).catch((error: Error) => (told.textContent = error.message));
  };
  const element = el(
    'span',
    { class: 'action', hidden: true },
    button('Take a snapshot', { class: 'quiet' }, () => void take()),
    told,
  );
  return {
    element,
    /** @param running the process to ask, or null when there is none that could answer */
    show(running: string | null): void {
      if (running !== process) told.textContent = '';
      process = running;
      element.hidden = running === null || actions === null;
    },
  };
}
