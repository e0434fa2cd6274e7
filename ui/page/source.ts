import type { SourceLocation } from '../../analyzer/report.ts';
import type { EmbeddedRun, RunOverview, SourceExcerpt, Stalls, Timeline } from '../api.ts';
import { runActions } from './actions.ts';
import type { RunActions } from './actions.ts';
import { heapSource } from './heap-source.ts';
import type { HeapSource } from './heap-source.ts';

/** What a chart needs to be drawn. */
export interface TimelineRequest {
  readonly process: string;
  /** Null on both for the whole recording. */
  readonly from: number | null;
  readonly to: number | null;
  readonly buckets: number;
}

/** Where the page gets its data from: a server, or what is embedded in a static file. */
export interface RunSource {
  /** A report saved as a file, which has no server to ask. */
  readonly isSaved: boolean;
  /** What the reader may do beside looking; null in a saved report and without the address that carries the token. */
  readonly actions: RunActions | null;
  overview(): Promise<RunOverview>;
  timeline(request: TimelineRequest, signal: AbortSignal): Promise<Timeline>;
  stalls(): Promise<Stalls>;
  /** Null when the code is not at hand. */
  excerpt(location: SourceLocation): Promise<SourceExcerpt | null>;
  /** The snapshots; null where they cannot be asked about. */
  readonly heap: HeapSource | null;
  /** Calls back at once, with the run's revision whenever that may be another, and with whether the server can be reached. */
  watch(onChange: (revision: number) => void, onConnection: (connected: boolean) => void): void;
}

/** The embedded run when there is one, or else the server that served this page. */
export function runSource(): RunSource {
  const embedded = document.getElementById('run-data')?.textContent;
  return embedded ? embeddedSource(JSON.parse(embedded) as EmbeddedRun) : serverSource(takeToken());
}

function serverSource(token: string | null): RunSource {
  const withToken = { headers: { 'X-Leakwatch-Token': token ?? '' } };
  const events = new EventSource('api/events');
  return {
    isSaved: false,
    actions: token === null ? null : runActions(token),
    heap: token === null ? null : heapSource(token, events),
    overview: () => getJson('api/overview'),
    timeline: ({ process, from, to, buckets }, signal) => {
      const query = new URLSearchParams({ process, buckets: String(buckets) });
      if (from !== null) query.set('from', String(from));
      if (to !== null) query.set('to', String(to));
      return getJson(`api/timeline?${query}`, { signal });
    },
    stalls: () => getJson('api/stalls'),
    async excerpt({ file, line }) {
      if (token === null) return null;
      const query = new URLSearchParams({ file, line: String(line) });
      return getJson<SourceExcerpt | null>(`api/source?${query}`, withToken).catch(() => null);
    },
    watch(onChange, onConnection) {
      events.addEventListener('change', ({ data }: MessageEvent<string>) =>
        onChange((JSON.parse(data) as { revision: number }).revision),
      );
      events.addEventListener('open', () => onConnection(true));
      events.addEventListener('error', () => onConnection(false));
      onChange(0); // the first answer need not wait for the connection
    },
  };
}

function embeddedSource({ overview, timelines, excerpts, stalls }: EmbeddedRun): RunSource {
  return {
    isSaved: true,
    actions: null,
    heap: null,
    overview: () => Promise.resolve(overview),
    timeline: ({ process }) => Promise.resolve(timelines[process]),
    stalls: () => Promise.resolve(stalls),
    excerpt: ({ file, line }) =>
      Promise.resolve(excerpts.find((excerpt) => excerpt.file === file && excerpt.line === line) ?? null),
    watch: (onChange) => onChange(0),
  };
}

const TOKEN_KEY = 'leakwatch-token';

/** The token of the printed address, out of sight at once and kept for this tab. */
function takeToken(): string | null {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (token === undefined) return sessionStorage.getItem(TOKEN_KEY);
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(null, '', '#/');
  return token;
}

async function getJson<Body>(address: string, options: RequestInit = {}): Promise<Body> {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as Body;
}
