/** The agent's figures in the text format of Prometheus, version 0.0.4. */
import type { Figures, Sum } from '../figures.ts';
import type { RequestStatistics } from '../requests/statistics.ts';
import type { Tally } from '../requests/tally.ts';
import { AGENT_VERSION } from '../version.ts';
import { handlerOf, type Handler } from './handler.ts';

export interface MetricsSource {
  readonly figures: Figures;
  readonly heapLimitBytes: number;
  readonly requests: RequestStatistics;
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

// Powers of two of a millisecond, at which the tallies' buckets end: 1 ms, 4 ms … 16 s.
const LATENCY_EXPONENTS = [0, 2, 4, 6, 7, 8, 9, 10, 12, 14];

const MS_PER_SECOND = 1000;

/** Answers with the metrics of this thread. */
export function metricsHandler(source: MetricsSource): Handler {
  return handlerOf(() => ({ status: 200, contentType: CONTENT_TYPE, body: metricsText(source) }));
}

/** All metrics; those of which nothing is known yet are left out. */
export function metricsText({ figures, heapLimitBytes, requests }: MetricsSource): string {
  const { latest } = figures;
  const page = createPage();
  page.gauge('info', 'The agent that answers, always 1.', [[{ version: AGENT_VERSION }, 1]]);
  page.gauge('heap_limit_bytes', 'What the heap may grow to.', [[{}, heapLimitBytes]]);
  if (figures.floorBytes !== null) {
    page.gauge('heap_floor_bytes', 'Heap in use after the latest major collection.', [
      [{}, figures.floorBytes],
    ]);
  }
  if (latest !== null) {
    page.gauge('heap_used_bytes', 'Heap in use, garbage included.', [[{}, latest.heapUsedBytes]]);
    page.gauge('heap_size_bytes', 'Heap taken from the system.', [[{}, latest.heapTotalBytes]]);
    page.gauge('external_memory_bytes', 'Memory outside the heap that objects of the heap hold.', [
      [{}, latest.externalBytes],
    ]);
    page.gauge('array_buffers_bytes', 'External memory of buffers.', [[{}, latest.arrayBuffersBytes]]);
    page.gauge('resident_memory_bytes', 'Resident memory of the process.', [[{}, latest.rssBytes]]);
    page.gauge('event_loop_delay_p50_seconds', 'Median delay of the event loop in the latest window.', [
      [{}, latest.loopDelayP50Ms / MS_PER_SECOND],
    ]);
    page.gauge(
      'event_loop_delay_p99_seconds',
      '99th percentile of the delay of the event loop in the latest window.',
      [[{}, latest.loopDelayP99Ms / MS_PER_SECOND]],
    );
    page.gauge('event_loop_delay_max_seconds', 'Longest delay of the event loop in the latest window.', [
      [{}, latest.loopDelayMaxMs / MS_PER_SECOND],
    ]);
    page.gauge('event_loop_utilization_ratio', 'Share of the latest window in which the event loop worked.', [
      [{}, latest.loopUtilization],
    ]);
    page.gauge(
      'active_resources',
      'Resources that keep the event loop alive.',
      Object.entries(latest.activeResources).map(([type, count]) => [{ type }, count]),
    );
    if (latest.openFiles !== undefined)
      page.gauge('open_files', 'Descriptors that the process has open.', [[{}, latest.openFiles]]);
  }
  page.counter('cpu_seconds_total', 'CPU time of the process.', [
    [{ mode: 'user' }, figures.cpuUserMs / MS_PER_SECOND],
    [{ mode: 'system' }, figures.cpuSystemMs / MS_PER_SECOND],
  ]);
  sums(page, 'gc_collections_total', 'gc_pause_seconds_total', 'garbage collections', [
    'kind',
    figures.collections,
  ]);
  sums(page, 'stalls_total', 'stall_seconds_total', 'blocks of the event loop', ['category', figures.stalls]);
  sums(page, 'snapshots_total', 'snapshot_pause_seconds_total', 'heap snapshots', [
    'status',
    figures.snapshots,
  ]);
  requestMetrics(page, requests);
  return page.text();
}

function requestMetrics(page: Page, requests: RequestStatistics): void {
  const byRoute = requests.totalByRoute();
  const tallies: readonly (readonly [Labels, Tally])[] =
    byRoute.size === 0
      ? [[{}, requests.total()]]
      : [...byRoute].map(([route, tally]) => [{ route }, tally] as const);
  page.counter(
    'http_request_errors_total',
    'Requests answered with a status of 500 or above.',
    tallies.map(([labels, tally]) => [labels, tally.errors]),
  );
  page.histogram(
    'http_request_duration_seconds',
    'Time from the headers of a request to the last byte of its response.',
    tallies,
  );
}

/** Two counters of one thing: how many there were, and the seconds they took. */
function sums(
  page: Page,
  countName: string,
  secondsName: string,
  what: string,
  [label, byKey]: readonly [string, ReadonlyMap<string, Sum>],
): void {
  const rows = (value: (sum: Sum) => number): Row[] =>
    [...byKey].map(([key, sum]) => [{ [label]: key }, value(sum)]);
  page.counter(
    countName,
    `Number of ${what}.`,
    rows(({ count }) => count),
  );
  page.counter(
    secondsName,
    `Time taken by ${what}.`,
    rows(({ totalMs }) => totalMs / MS_PER_SECOND),
  );
}

type Labels = Readonly<Record<string, string>>;
type Row = readonly [labels: Labels, value: number];

interface Page {
  gauge(name: string, help: string, rows: readonly Row[]): void;
  counter(name: string, help: string, rows: readonly Row[]): void;
  histogram(name: string, help: string, tallies: readonly (readonly [Labels, Tally])[]): void;
  text(): string;
}

function createPage(): Page {
  const lines: string[] = [];
  const family = (kind: string) => (name: string, help: string, rows: readonly Row[]) => {
    if (rows.length === 0) return;
    lines.push(`# HELP leakwatch_${name} ${help}`, `# TYPE leakwatch_${name} ${kind}`);
    for (const [labels, value] of rows) lines.push(series(name, labels, value));
  };
  return {
    gauge: family('gauge'),
    counter: family('counter'),
    histogram(name, help, tallies) {
      lines.push(`# HELP leakwatch_${name} ${help}`, `# TYPE leakwatch_${name} histogram`);
      for (const [labels, tally] of tallies) {
        for (const exponent of LATENCY_EXPONENTS) {
          const le = String(2 ** exponent / MS_PER_SECOND);
          lines.push(series(`${name}_bucket`, { ...labels, le }, tally.countUpTo(exponent)));
        }
        lines.push(series(`${name}_bucket`, { ...labels, le: '+Inf' }, tally.count));
        lines.push(series(`${name}_sum`, labels, tally.totalMs / MS_PER_SECOND));
        lines.push(series(`${name}_count`, labels, tally.count));
      }
    },
    text: () => `${lines.join('\n')}\n`,
  };
}

function series(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `leakwatch_${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
