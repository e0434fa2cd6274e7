import type { ProcessOverview } from '../api.ts';
import { button, el } from './dom.ts';
import { bytes, count, duration, milliseconds, percent } from './format.ts';
import { sparkline } from './sparkline.ts';

const ROLES = { main: 'main', 'cluster-worker': 'cluster worker', 'worker-thread': 'worker thread' } as const;

/** The processes and threads of the run; choosing one shows it in the timeline. */
export function processTable(
  processes: readonly ProcessOverview[],
  chosen: string | null,
  onChoose: (id: string) => void,
): HTMLElement | null {
  if (processes.length === 0) return null;
  const head = ['Process', 'State', 'Heap', 'RSS', 'Loop delay p99', 'Utilization', 'CPU'];
  return el(
    'section',
    { class: 'panel processes', 'aria-labelledby': 'processes-title' },
    el('h2', { id: 'processes-title' }, 'Processes and threads'),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Processes and threads, table' },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, ...head.map((name) => el('th', { scope: 'col' }, name)))),
        el('tbody', {}, ...processes.map((process) => processRow(process, process.id === chosen, onChoose))),
      ),
    ),
  );
}

function processRow(
  process: ProcessOverview,
  isChosen: boolean,
  onChoose: (id: string) => void,
): HTMLElement {
  const { latest, sparklines } = process;
  const choose = button(
    `${process.pid}${process.threadId > 0 ? ` · thread ${process.threadId}` : ''}`,
    { class: 'link', 'aria-pressed': String(isChosen), 'data-process': process.id },
    () => onChoose(process.id),
  );
  return el(
    'tr',
    { class: isChosen ? 'chosen' : null },
    el(
      'th',
      { scope: 'row' },
      choose,
      el('small', {}, [ROLES[process.role], baseName(process.script)].filter(Boolean).join(' · ')),
    ),
    el('td', {}, stateText(process), el('small', {}, observedText(process))),
    el('td', {}, sparkline(sparklines.floor, 'Heap floor over time'), latest && bytes(latest.heapUsedBytes)),
    el('td', {}, sparkline(sparklines.rss, 'RSS over time'), latest && bytes(latest.rssBytes)),
    el(
      'td',
      {},
      sparkline(sparklines.loopP99, 'Delay over time'),
      latest && milliseconds(latest.loopDelayP99Ms),
    ),
    el('td', {}, latest && percent(latest.loopUtilization * 100)),
    el('td', {}, latest && latest.cpuPercent !== null && percent(latest.cpuPercent)),
  );
}

function stateText({ state, exitCode }: ProcessOverview): HTMLElement {
  const text = { running: 'running', lost: 'ended without a word', ended: `ended with code ${exitCode}` }[
    state
  ];
  return el(
    'span',
    { class: 'state', 'data-state': state === 'ended' && exitCode !== 0 ? 'lost' : state },
    text,
  );
}

function observedText({ lastSeenAt, startedAt, sampleCount }: ProcessOverview): string {
  return `${duration(lastSeenAt - startedAt)}, ${count(sampleCount)} samples`;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
