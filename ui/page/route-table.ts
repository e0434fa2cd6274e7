import type { RouteRow } from '../api.ts';
import { el } from './dom.ts';
import { count, milliseconds } from './format.ts';

const SHOWN = 12;

/** The busiest routes of a process; null when it does not tell its routes apart. */
export function routeTable(routes: readonly RouteRow[]): HTMLElement | null {
  if (routes.length === 0) return null;
  const head = ['Route', 'Requests', 'Errors', 'Latency p99', 'Longest'].map((name, i) =>
    el('th', { scope: 'col', class: i > 0 ? 'number' : null }, name),
  );
  return el(
    'section',
    { class: 'panel', 'aria-labelledby': 'routes-title' },
    el('h2', { id: 'routes-title' }, 'Routes'),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Routes, table' },
      el(
        'table',
        { class: 'routes' },
        el('thead', {}, el('tr', {}, ...head)),
        el('tbody', {}, ...routes.slice(0, SHOWN).map(routeRow)),
      ),
    ),
    routes.length > SHOWN && el('p', { class: 'note' }, `and ${count(routes.length - SHOWN)} more`),
  );
}

function routeRow({ route, count: requests, errors, latencyP99Ms, latencyMaxMs }: RouteRow): HTMLElement {
  const cells = [count(requests), count(errors), milliseconds(latencyP99Ms), milliseconds(latencyMaxMs)];
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, el('code', {}, route)),
    ...cells.map((text) => el('td', { class: 'number' }, text)),
  );
}
