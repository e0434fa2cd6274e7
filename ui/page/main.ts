import type { ProcessOverview, RunOverview } from '../api.ts';
import { analysisControl } from './analysis-control.ts';
import { el } from './dom.ts';
import { findingCards } from './finding-card.ts';
import { duration } from './format.ts';
import { processTable } from './processes.ts';
import { leakPage } from './leak-page.ts';
import { heapScreen } from './heap-screen.ts';
import { outOfReach } from './out-of-reach.ts';
import { currentRoute } from './route.ts';
import { routeTable } from './route-table.ts';
import { runScreen } from './run-screen.ts';
import type { RunScreen } from './run-screen.ts';
import type { Route } from './route.ts';
import { runSource } from './source.ts';
import { followTheme } from './theme.ts';
import { timelinePanel } from './timeline.ts';
import { verdictSection } from './verdict.ts';

const STATUS = {
  waiting: 'waiting',
  reading: 'reading',
  recording: 'live',
  analyzing: 'analyzing',
  finished: 'finished',
} as const;

const source = runSource();
const timeline = timelinePanel(source);
const analysis = source.actions && analysisControl(source.actions);
const byId = (id: string) => document.getElementById(id)!;
const slots = { verdict: el('div'), findings: el('div'), processes: el('div'), problems: el('div') };
const overviewScreen = [slots.verdict, slots.findings, slots.problems, slots.processes, timeline.element];
const otherScreen = el('div');
let latest: RunOverview | null = null;
let following: RunScreen | null = null;
let chosenProcess: string | null = null;
let verdictShown = '';
let refreshing: Promise<void> | null = null;
let told = 0;
let seen = -1;

byId('main').replaceChildren(...overviewScreen, otherScreen);
addEventListener('hashchange', () => {
  showScreen();
  scrollTo(0, 0);
  (otherScreen.querySelector('h1') ?? byId('main')).focus({ preventScroll: true });
});
followTheme(byId('theme') as HTMLButtonElement, timeline.recolour);
for (const link of document.querySelectorAll<HTMLElement>('#screens [data-needs=token]'))
  link.hidden = source.actions === null;
showScreen();
source.watch(refresh, (connected) => {
  document.body.dataset.connected = String(connected);
  if (!connected) seen = -1; // it may be another server that answers next
});

/** Asks for the overview; one question at a time, and one more when there was a change meanwhile. */
function refresh(revision: number): void {
  told = revision;
  if (told <= seen) return;
  refreshing ??= (async () => {
    do {
      const run = await source.overview().catch(() => null);
      seen = run?.revision ?? told;
      if (run) draw(run);
    } while (told > seen);
    refreshing = null;
  })();
}

/** Shows what the address names. */
function showScreen(): void {
  const route = currentRoute();
  following = null;
  for (const element of overviewScreen) element.hidden = route.screen !== 'overview';
  const screen = otherThanOverview(route);
  otherScreen.replaceChildren(...(screen ? [screen] : []));
  document.title = [screen?.querySelector('h1')?.textContent?.slice(0, 80), 'leakwatch']
    .filter(Boolean)
    .join(' · ');
  for (const link of document.querySelectorAll('#screens a')) {
    const isCurrent =
      link.getAttribute('href') === (route.screen === 'overview' ? '#/' : `#/${route.screen}`);
    if (!isCurrent) link.removeAttribute('aria-current');
    else {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({ block: 'nearest', inline: 'center' }); // the list is wider than a narrow screen
    }
  }
  if (screen || !latest) return;
  showTimeline(latest);
  drawProcesses(latest);
}

function otherThanOverview(route: Route): HTMLElement | null {
  if (route.screen === 'overview') return null;
  if (route.screen === 'leak') return latest && leakPage(latest.report, route.fingerprint, source);
  if (route.screen === 'stalls' || route.screen === 'captures' || route.screen === 'profile') {
    following = runScreen(source, route, latest);
    return following.element;
  }
  if (source.heap) return heapScreen(source.heap, route.screen, route.place);
  return el('p', { class: 'problem' }, outOfReach('Snapshots are', source));
}

function draw(run: RunOverview): void {
  latest = run;
  const isOverview = currentRoute().screen === 'overview';
  if (isOverview) showTimeline(run); // first, since its series come while the rest is drawn
  drawTopbar(run);
  analysis?.show(run);
  drawVerdict(run);
  slots.problems.replaceChildren(
    ...run.problems.map((problem) => el('p', { class: 'problem', role: 'note' }, problem)),
  );
  if (isOverview) drawProcesses(run);
  following?.follow(run);
  document.body.dataset.ready = 'true';
}

function drawTopbar({ status, name, command, startedAt, processes }: RunOverview): void {
  const lastSeenAt = Math.max(0, ...processes.map((process) => process.lastSeenAt));
  const observed =
    startedAt !== null && lastSeenAt > startedAt ? ` · ${duration(lastSeenAt - startedAt)}` : '';
  byId('run').replaceChildren(el('code', {}, command.length > 0 ? command.join(' ') : name));
  const chip = el('span', { 'data-status': status }, STATUS[status] + observed);
  if (byId('status').textContent !== chip.textContent) byId('status').replaceChildren(chip);
}

/** A verdict is missing, and nobody else is about to give one. */
function canAnalyze({ report, status, hasSnapshots, analysis: { isRunning } }: RunOverview): boolean {
  return isRunning || (!report && status === 'finished' && hasSnapshots);
}

/** Only when it has changed, so that what the reader has opened or marked stays. */
function drawVerdict(run: RunOverview): void {
  const text = JSON.stringify([run.report, run.status, canAnalyze(run), run.analysis.isRunning]);
  if (text === verdictShown) return;
  verdictShown = text;
  try {
    slots.verdict.replaceChildren(verdictSection(run, canAnalyze(run) ? (analysis?.element ?? null) : null));
    const cards = findingCards(run.report?.findings ?? []);
    slots.findings.replaceChildren(...(cards ? [cards] : []));
  } catch {
    slots.verdict.replaceChildren(
      el('p', { class: 'problem' }, 'report.json is damaged and cannot be shown.'),
    );
  }
  if (currentRoute().screen === 'leak') showScreen();
}

function showTimeline(run: RunOverview): void {
  const chosen = chosenIn(run);
  timeline.element.hidden = !chosen;
  if (chosen) timeline.show(chosen, isReported(chosen, run) ? run.report : null);
}

function chosenIn(run: RunOverview): ProcessOverview | undefined {
  return run.processes.find(({ id }) => id === chosenProcess) ?? mostInteresting(run);
}

function drawProcesses(run: RunOverview): void {
  const { processes } = run;
  const chosen = chosenIn(run);
  const focused =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset.process : undefined;
  const table = processTable(processes, chosen?.id ?? null, (id) => {
    chosenProcess = id;
    showTimeline(run);
    drawProcesses(run);
  });
  const routes = chosen && routeTable(chosen.routes);
  slots.processes.replaceChildren(...(table ? [table] : []), ...(routes ? [routes] : []));
  if (focused !== undefined) table?.querySelector<HTMLElement>(`[data-process="${focused}"]`)?.focus();
}

/** The one the report is about, or else the first. */
function mostInteresting(run: RunOverview): ProcessOverview | undefined {
  return run.processes.find((process) => isReported(process, run)) ?? run.processes[0];
}

function isReported({ pid, threadId }: ProcessOverview, { report }: RunOverview): boolean {
  return pid === report?.process?.pid && threadId === report.process.threadId;
}
