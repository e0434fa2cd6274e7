import type { RunOverview } from '../api.ts';
import type { RunActions } from './actions.ts';
import { button, el } from './dom.ts';
import { percent } from './format.ts';

/** Starts the judging of the snapshots, tells how far it is, and stops it. */
export function analysisControl(actions: RunActions) {
  const told = el('span', { role: 'status' });
  const bar = el('progress', { max: 1, 'aria-label': 'Analysis', hidden: true });
  const attempt = (work: () => Promise<void>) => () =>
    void work().catch((error: Error) => (told.textContent = error.message));
  const start = button('Analyze the snapshots', { class: 'quiet' }, attempt(actions.analyze));
  const stop = button('Stop', { class: 'quiet', hidden: true }, attempt(actions.stopAnalysis));
  return {
    element: el('div', { class: 'analysis' }, start, bar, told, stop),
    show({ analysis, report }: RunOverview): void {
      const { isRunning, share, fault } = analysis;
      start.hidden = isRunning;
      start.textContent = report ? 'Analyze once more' : 'Analyze the snapshots';
      stop.hidden = bar.hidden = !isRunning;
      bar.value = share;
      told.textContent = isRunning ? `Analyzing… ${percent(Math.round(100 * share))}` : (fault ?? '');
    },
  };
}
