import type { Finding } from '../../analyzer/report.ts';
import { el, prose } from './dom.ts';
import {
  confidenceBadge,
  culpritLine,
  evidenceList,
  growthFigures,
  kindBadge,
  traceList,
} from './finding.ts';
import { leakAddress } from './route.ts';

/** All findings, strongest first; nothing when there are none. */
export function findingCards(findings: readonly Finding[]): HTMLElement | null {
  if (findings.length === 0) return null;
  return el(
    'section',
    { class: 'findings', 'aria-label': 'Findings' },
    ...findings.map((finding, i) => findingCard(finding, `finding-${i}`)),
  );
}

function findingCard(finding: Finding, id: string): HTMLElement {
  return el(
    'article',
    { class: 'card', 'aria-labelledby': id },
    el('header', {}, kindBadge(finding), confidenceBadge(finding.confidence)),
    el('h2', { id }, el('a', { href: leakAddress(finding.fingerprint) }, prose(finding.title))),
    culpritLine(finding.culprit),
    el(
      'div',
      { class: 'card-body' },
      el(
        'div',
        {},
        growthFigures(finding.growth),
        el('h3', {}, 'Fix'),
        el('p', { class: 'fix' }, prose(finding.fix)),
      ),
      el('div', {}, el('h3', {}, 'Held through'), traceList(finding.trace)),
    ),
    el('details', {}, el('summary', {}, 'Evidence'), evidenceList(finding)),
  );
}
