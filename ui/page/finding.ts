import type { Confidence, Culprit, Finding, Growth, TraceElement } from '../../analyzer/report.ts';
import { el, prose } from './dom.ts';
import type { Child } from './dom.ts';
import { figure } from './figure.ts';
import { bytes, count, percent, signed } from './format.ts';
import { growthLine } from './sparkline.ts';

/** The parts of a finding, put together by its card and by its page. */

export function kindBadge({ kind }: Finding): HTMLElement {
  return el('span', { class: 'badge' }, kind.replace('-', ' '));
}

/** "High confidence", as three bars, with the score for those who want it. */
export function confidenceBadge({ level, score }: Confidence): HTMLElement {
  const label = `${level[0].toUpperCase()}${level.slice(1)} confidence`;
  const bars = ['low', 'medium', 'high'].map((_, i, levels) =>
    el('i', { class: i <= levels.indexOf(level) ? 'bar on' : 'bar' }),
  );
  return el(
    'span',
    { class: 'confidence', 'data-level': level, title: `${Math.round(score * 100)} of 100` },
    el('span', { class: 'bars', 'aria-hidden': 'true' }, ...bars),
    label,
  );
}

/** Where it is held: name, container, file and line. */
export function culpritLine(culprit: Culprit): HTMLElement {
  const { location, container, name, package: npmPackage } = culprit;
  return el(
    'p',
    { class: 'culprit' },
    el('span', {}, el('code', {}, name), ` ${container}`),
    location && el('code', { class: 'location' }, `${location.file}:${location.line}`),
    npmPackage && el('span', { class: 'package' }, `${npmPackage.name} ${npmPackage.version ?? ''}`.trim()),
  );
}

/** Between a number and its unit. */
const NO_BREAK = '\u00A0';

/** How it grew: a dot per snapshot, and the rates. */
export function growthFigures(growth: Growth): HTMLElement {
  const bytesText = growth.bytes.map((value) => bytes(value).replace(' ', NO_BREAK)).join(' → ');
  const objectsText = growth.objects.map(count).join(' → ');
  return el(
    'div',
    { class: 'growth' },
    growthLine(growth.bytes, `Bytes per snapshot: ${bytesText}`),
    el(
      'dl',
      { class: 'figures small' },
      figure('Held', bytesText),
      figure('Objects', objectsText),
      growth.bytesPerMinute !== null && figure('Rate', `${signed(growth.bytesPerMinute, bytes)}/min`),
      growth.objectsPerMinute !== null && figure('Objects/min', signed(growth.objectsPerMinute, count)),
      growth.shareOfHeapGrowth !== null &&
        figure('Of the heap’s growth', percent(growth.shareOfHeapGrowth * 100)),
      growth.survival !== null && figure('Still held', percent(growth.survival * 100)),
    ),
    el('p', { class: 'what' }, 'Filled by ', prose(growth.what)),
  );
}

/** The retaining path, root first; what is suspect about it is marked in words and colour. */
export function traceList(trace: readonly TraceElement[]): HTMLElement {
  return el('ol', { class: 'trace', 'aria-label': 'Held through' }, ...trace.map(traceStep));
}

export function evidenceList({ evidence, confidence }: Finding): HTMLElement {
  return el(
    'div',
    { class: 'evidence' },
    bullets([...confidence.reasons, ...evidence]),
    confidence.missing.length > 0 && el('h4', {}, 'What would make it surer'),
    confidence.missing.length > 0 && bullets(confidence.missing),
  );
}

function bullets(sentences: readonly string[]): HTMLElement {
  return el('ul', {}, ...sentences.map((sentence) => el('li', {}, prose(sentence))));
}

function traceStep(step: TraceElement): HTMLElement {
  const { label, via, status, reason, location, foldedSteps } = step;
  const mark = { expected: null, suspect: 'suspect', leaking: 'leaks' }[status];
  const notes: Child[] = [
    reason !== null && el('span', { class: 'reason' }, prose(reason)),
    location && el('code', { class: 'location' }, `${location.file}:${location.line}`),
    foldedSteps > 0 &&
      el(
        'span',
        { class: 'folded' },
        foldedSteps === 1 ? '1 internal step' : `${foldedSteps} internal steps`,
      ),
  ];
  return el(
    'li',
    { 'data-status': status },
    via !== '' && el('span', { class: 'via' }, via),
    el('span', { class: 'label' }, prose(label)),
    mark !== null && el('span', { class: 'mark' }, mark),
    ...notes,
  );
}
