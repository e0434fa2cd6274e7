import type {
  Allocation,
  Finding,
  Growth,
  KnownLeak,
  Report,
  SnapshotSummary,
} from '../../analyzer/report.ts';
import { codeExcerpts } from './code-excerpt.ts';
import type { CodePlace } from './code-excerpt.ts';
import { copyButton } from './copy-button.ts';
import { el, prose } from './dom.ts';
import type { Child } from './dom.ts';
import { figure } from './figure.ts';
import { confidenceBadge, culpritLine, evidenceList, kindBadge, traceList } from './finding.ts';
import { findingText } from './finding-text.ts';
import { bytes, clock, count, forecast, percent, signed } from './format.ts';
import { leakAddress, wellFormed } from './route.ts';
import type { RunSource } from './source.ts';

const SITE_ROLES = {
  added: 'Added here',
  created: 'Created here',
  captured: 'Captured here',
  declared: 'Declared here',
};

/** Everything about one finding, on a page with an address of its own. */
export function leakPage(report: Report | null, fingerprint: string, source: RunSource): HTMLElement {
  const finding = report?.findings.find((one) => wellFormed(one.fingerprint) === fingerprint);
  const back = el('a', { class: 'back', href: '#/' }, '← All findings');
  if (!report || !finding) {
    return el(
      'section',
      { class: 'leak' },
      back,
      el('h1', {}, 'This run has no such finding'),
      absence(fingerprint),
    );
  }
  return el(
    'section',
    { class: 'leak', 'aria-labelledby': 'leak-title' },
    back,
    el(
      'header',
      {},
      el('p', { class: 'badges' }, kindBadge(finding), confidenceBadge(finding.confidence)),
      el('h1', { id: 'leak-title', tabindex: -1 }, prose(finding.title)),
      culpritLine(finding.culprit),
      copyButton('Copy as text', () => findingText(finding)),
    ),
    el('div', { class: 'columns' }, whereColumn(finding, source), howMuchColumn(finding, report)),
  );
}

function absence(fingerprint: string): HTMLElement {
  return el(
    'p',
    { class: 'lead' },
    'It may be fixed, or not found in this run: ',
    el('code', {}, fingerprint),
  );
}

function whereColumn(finding: Finding, source: RunSource): HTMLElement {
  const { trace, fix, knownLeak, allocatedBy = [] } = finding;
  const places = placesOf(finding);
  return el(
    'div',
    { class: 'column' },
    panel('Fix', el('p', { class: 'fix' }, prose(fix)), knownLeak ? knownLeakNote(knownLeak) : null),
    panel('Held through', traceList(trace)),
    allocatedBy.length > 0 && panel('Allocated by', allocationList(allocatedBy)),
    places.length > 0 && panel('Code', ...codeExcerpts(source, places)),
  );
}

/** The leak as others have met it; only an address of the web becomes a link. */
function knownLeakNote({ package: name, affected, fixedIn, summary, url }: KnownLeak): HTMLElement {
  const fixed = fixedIn === null ? 'not fixed yet' : `fixed in ${fixedIn}`;
  return el(
    'p',
    { class: 'note below' },
    `Known leak of ${name} ${affected}, ${fixed}: `,
    prose(summary),
    '. ',
    /^https?:/.test(url) ? el('a', { href: url, rel: 'noreferrer', target: '_blank' }, url) : url,
  );
}

/** Who allocated what is held, by the heap profile. */
function allocationList(allocations: readonly Allocation[]): HTMLElement {
  const rows = allocations.map(({ functionName, location: { file, line }, share }) =>
    el(
      'li',
      {},
      el('code', {}, functionName || 'an anonymous function'),
      el('code', { class: 'location' }, `${file}:${line}`),
      `${percent(share * 100)} of it`,
    ),
  );
  return el('ul', { class: 'allocations' }, ...rows);
}

/** The culprit's own line and the other places that matter, each once. */
function placesOf({ culprit }: Finding): CodePlace[] {
  const places = [
    ...(culprit.location ? [{ what: `\`${culprit.name}\``, location: culprit.location }] : []),
    ...culprit.sites.map(({ role, what, location }) => ({ what: `${SITE_ROLES[role]}: ${what}`, location })),
  ];
  const known = new Set<string>();
  return places.filter(
    ({ location: { file, line } }) => !known.has(`${file}:${line}`) && known.add(`${file}:${line}`),
  );
}

function howMuchColumn(finding: Finding, report: Report): HTMLElement {
  const { growth, related, fingerprint } = finding;
  const relatives = report.findings.filter((other) => related.includes(other.fingerprint));
  return el(
    'div',
    { class: 'column' },
    panel('Growth', growthTable(growth, report.snapshots), rates(growth), cohort(growth)),
    panel('Evidence', evidenceList(finding)),
    relatives.length > 0 &&
      panel(
        'Related',
        el('p', { class: 'note' }, 'Held through the same start of the trace; fixing one may fix the other.'),
        ...relatives.map(({ fingerprint: address, title }) =>
          el('p', {}, el('a', { href: leakAddress(address) }, prose(title))),
        ),
      ),
    panel(
      'Fingerprint',
      el('p', { class: 'note' }, 'The same in every run and on every machine: '),
      el('code', { class: 'fingerprint' }, fingerprint),
    ),
  );
}

function panel(title: string, ...children: Child[]): HTMLElement {
  return el('section', { class: 'panel' }, el('h2', {}, title), ...children);
}

function growthTable(
  { objects, bytes: held, what }: Growth,
  snapshots: readonly SnapshotSummary[],
): HTMLElement {
  const most = Math.max(...held, 1);
  const rows = held.map((size, i) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, snapshotName(snapshots[i], i)),
      el('td', { class: 'number' }, count(objects[i] ?? 0)),
      el('td', { class: 'number' }, bytes(size)),
      el('td', { class: 'number' }, i === 0 ? '' : signed(size - held[i - 1], bytes)),
      el('td', { class: 'wide' }, bar(size / most)),
    ),
  );
  const head = ['Snapshot', 'Objects', 'Held', 'Step'].map((name, i) =>
    el('th', { scope: 'col', class: i > 0 ? 'number' : null }, name),
  );
  return el(
    'div',
    {},
    el('p', { class: 'note' }, 'Filled by ', prose(what)),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Growth per snapshot' },
      el(
        'table',
        { class: 'growth-table' },
        el('thead', {}, el('tr', {}, ...head, el('td', { class: 'wide' }))),
        el('tbody', {}, ...rows),
      ),
    ),
  );
}

function snapshotName(snapshot: SnapshotSummary | undefined, index: number): string {
  return snapshot?.takenAt ? `${index + 1} · ${clock(snapshot.takenAt)}` : String(index + 1);
}

function rates(growth: Growth): HTMLElement {
  const { bytesPerMinute, objectsPerMinute, shareOfHeapGrowth } = growth;
  const { bytesPerRequest, timeToHeapLimitMs, bytesFreed } = growth;
  return el(
    'dl',
    { class: 'figures small' },
    bytesPerMinute !== null && figure('Rate', `${signed(bytesPerMinute, bytes)}/min`),
    objectsPerMinute !== null && figure('Objects', `${signed(objectsPerMinute, count)}/min`),
    bytesPerRequest !== undefined && figure('Per request', bytes(bytesPerRequest)),
    shareOfHeapGrowth !== null && figure('Of the heap’s growth', percent(shareOfHeapGrowth * 100)),
    timeToHeapLimitMs !== undefined && figure('Alone fills the heap in', forecast(timeToHeapLimitMs)),
    bytesFreed !== undefined && figure('Comes back if let go', bytes(bytesFreed), 'What nothing else keeps'),
  );
}

/** Do the objects of the last window stay? */
function cohort({ survival }: Growth): HTMLElement {
  if (survival === null)
    return el('p', { class: 'note' }, 'Which objects stayed cannot be told from these snapshots.');
  return el(
    'div',
    { class: 'cohort' },
    bar(survival),
    el(
      'p',
      { class: 'note' },
      `${percent(survival * 100)} of the objects of an earlier window are still there.`,
    ),
  );
}

function bar(share: number): HTMLElement {
  const filled = el('i', {});
  filled.style.width = `${Math.round(share * 1000) / 10}%`;
  return el('div', { class: 'meter', 'aria-hidden': 'true' }, filled);
}
