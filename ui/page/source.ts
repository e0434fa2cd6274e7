import type { RunOverview, Timeline } from '../api.ts';

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
  readonly live: boolean;
  overview(): Promise<RunOverview>;
  timeline(request: TimelineRequest, signal: AbortSignal): Promise<Timeline>;
  /** Calls back whenever there may be something new, and with whether the server can be reached. */
  watch(onChange: () => void, onConnection: (connected: boolean) => void): void;
}

/** Data from the server that served this page. */
export function serverSource(): RunSource {
  return {
    live: true,
    overview: () => getJson('api/overview'),
    timeline: ({ process, from, to, buckets }, signal) => {
      const query = new URLSearchParams({ process, buckets: String(buckets) });
      if (from !== null) query.set('from', String(from));
      if (to !== null) query.set('to', String(to));
      return getJson(`api/timeline?${query}`, signal);
    },
    watch(onChange, onConnection) {
      const events = new EventSource('api/events');
      events.addEventListener('change', onChange);
      events.addEventListener('open', () => (onConnection(true), onChange()));
      events.addEventListener('error', () => onConnection(false));
    },
  };
}

async function getJson<Body>(address: string, signal: AbortSignal | null = null): Promise<Body> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as Body;
}
