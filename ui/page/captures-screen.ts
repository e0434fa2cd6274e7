import type { ProfileKind, ProfileTaken } from '../../agent/recording.ts';
import type { Capture, ProcessOverview, RunOverview } from '../api.ts';
import type { RunActions } from './actions.ts';
import { analysisControl } from './analysis-control.ts';
import { button, el } from './dom.ts';
import { bytes, dateAndClock } from './format.ts';
import { outOfReach } from './out-of-reach.ts';
import { heapAddress, profileAddress } from './route.ts';
import type { LiveRun } from './run-screen.ts';
import type { RunSource } from './source.ts';

const KIND_NAMES: Readonly<Record<Capture['kind'], string>> = {
  snapshot: 'Heap snapshot',
  cpu: 'CPU profile',
  heap: 'Heap profile',
};

/** What can be recorded now, what was recorded, and what can be done with it. */
export async function capturesScreen(source: RunSource, live: LiveRun): Promise<HTMLElement> {
  const { actions } = source;
  if (actions === null) return el('p', { class: 'problem' }, outOfReach('Captures are', source));
  const captures = await actions.captures();
  const told = el('p', { class: 'note', role: 'status' });
  const tell = (work: Promise<unknown>, success: string) =>
    work.then(
      () => (told.textContent = success),
      (error: Error) => (told.textContent = error.message),
    );
  const analysis = analysisControl(actions);
  live.each(analysis.show);
  return el(
    'div',
    {},
    el('section', { class: 'panel' }, el('h2', {}, 'Record now'), recorders(live.now(), actions, tell), told),
    el(
      'section',
      { class: 'panel' },
      el('h2', {}, 'Files'),
      captures.length > 0 ? fileTable(captures, actions, { tell, reload: live.reload }) : noFiles(),
    ),
    captures.some(({ kind }) => kind === 'snapshot') &&
      el('section', { class: 'panel' }, el('h2', {}, 'Verdict'), analysis.element),
  );
}

type Tell = (work: Promise<unknown>, success: string) => Promise<unknown>;

function recorders(run: RunOverview | null, actions: RunActions, tell: Tell): HTMLElement {
  const running = (run?.processes ?? []).filter(({ state }) => state === 'running');
  if (running.length === 0) return el('p', { class: 'lead' }, whyNothing(run));
  return el('ul', { class: 'recorders' }, ...running.map((process) => recorder(process, actions, tell)));
}

function whyNothing(run: RunOverview | null): string {
  if (run === null || run.status === 'waiting') return 'The application has not begun yet.';
  if (run.processes.length === 0 && !run.hasSnapshots)
    return 'Nothing was recorded in this run: there is no process to ask.';
  if (run.processes.length === 0) return 'Only snapshots are open here, no run: there is no process to ask.';
  return 'This run is over. What was recorded can be looked at below; to record more, start the application again with leakwatch run.';
}

function recorder(process: ProcessOverview, actions: RunActions, tell: Tell): HTMLElement {
  const { id, pid, threadId } = process;
  const going = process.profiles.findLast(isGoing);
  const profileButton = (kind: ProfileKind) => {
    const isThis = going?.kind === kind;
    const label = `${isThis ? 'End and show the' : 'Start a'} ${KIND_NAMES[kind].replace('Heap', 'heap')}`;
    const success = isThis ? 'It is written at the next sample.' : 'Asked; it starts at the next sample.';
    return button(label, { class: 'quiet', disabled: going !== undefined && !isThis }, () => {
      void tell(actions.profile(id, kind, isThis ? 'stop' : 'start'), success);
    });
  };
  return el(
    'li',
    {},
    el('span', {}, threadId > 0 ? `${pid} · thread ${threadId}` : String(pid)),
    button('Take a heap snapshot', { class: 'quiet' }, () => {
      void tell(
        actions.takeSnapshot(id),
        'Asked; it is taken at the next sample. The application stands still for it, about a second for every 20 MB.',
      );
    }),
    profileButton('cpu'),
    profileButton('heap'),
    going !== undefined && el('span', { class: 'going' }, `${KIND_NAMES[going.kind]} goes on`),
  );
}

function isGoing({ status }: ProfileTaken): boolean {
  return status === 'started';
}

function noFiles(): HTMLElement {
  return el('p', { class: 'note' }, 'No snapshot and no profile yet.');
}

function fileTable(
  captures: readonly Capture[],
  actions: RunActions,
  { tell, reload }: { readonly tell: Tell; readonly reload: () => void },
): HTMLElement {
  const chosen = new Set<Capture>();
  const compare = button(
    'Compare the two chosen',
    { class: 'quiet', disabled: true, title: 'Choose two snapshots of one process' },
    () => {
      const [from, to] = captures.filter((capture) => chosen.has(capture));
      location.hash = heapAddress('changes', { file: to.file, from: from.file, to: to.file });
    },
  );
  const choose = (capture: Capture, isChosen: boolean) => {
    if (isChosen) chosen.add(capture);
    else chosen.delete(capture);
    const [one, other] = chosen;
    compare.disabled = chosen.size !== 2 || one.process !== other.process;
  };
  const head = ['', 'When', 'What', 'Process', 'Size', ''].map((title, i) =>
    title === '' ? el('td') : el('th', { scope: 'col', class: i === 4 ? 'number' : null }, title),
  );
  const rows = captures.map((capture) =>
    fileRow(capture, {
      choose,
      download: () => void tell(download(actions, capture.file), `${capture.file} is being saved.`),
      remove: () => void tell(actions.remove(capture.file).then(reload), `${capture.file} is deleted.`),
    }),
  );
  return el(
    'div',
    {},
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Files' },
      el('table', { class: 'files' }, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows)),
    ),
    captures.filter(({ kind }) => kind === 'snapshot').length > 1 && el('p', { class: 'below' }, compare),
  );
}

interface FileActions {
  readonly choose: (capture: Capture, isChosen: boolean) => void;
  readonly download: () => void;
  readonly remove: () => void;
}

function fileRow(capture: Capture, { choose, download: save, remove }: FileActions): HTMLElement {
  const { kind, file, process, fileBytes, takenAt, canDelete } = capture;
  const box = el('input', { type: 'checkbox', 'aria-label': `Choose ${file}` });
  box.addEventListener('change', () => choose(capture, box.checked));
  const address = kind === 'snapshot' ? heapAddress('objects', { file }) : profileAddress(file);
  return el(
    'tr',
    {},
    el('td', {}, kind === 'snapshot' ? box : null),
    el('td', {}, dateAndClock(takenAt)),
    el('th', { scope: 'row' }, el('a', { href: address }, KIND_NAMES[kind]), el('small', {}, file)),
    el('td', {}, process || '–'),
    el('td', { class: 'number' }, bytes(fileBytes)),
    el(
      'td',
      { class: 'doing' },
      button('Download', { class: 'quiet', 'aria-label': `Download ${file}` }, save),
      canDelete && deleteButton(file, remove),
    ),
  );
}

/** Asks back before it acts, in its own place. */
function deleteButton(file: string, remove: () => void): HTMLElement {
  let isAsking = false;
  const element = button('Delete', { class: 'quiet', 'aria-label': `Delete ${file}` }, () => {
    if (isAsking) return remove();
    ask(true);
  });
  const ask = (asking: boolean) => {
    isAsking = asking;
    element.textContent = asking ? 'Really delete?' : 'Delete';
    element.setAttribute('aria-label', `${element.textContent} ${file}`);
    element.classList.toggle('alarming', asking);
  };
  element.addEventListener('blur', () => ask(false));
  return element;
}

async function download(actions: RunActions, file: string): Promise<void> {
  const link = el('a', { href: await actions.downloadAddress(file), download: file, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}
