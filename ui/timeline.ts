import type { Marker, Points, ProcessOverview, SeriesName, Timeline } from './api.ts';
import type { ProcessSeries, Series } from './process-series.ts';
import { highestPerBucket, thinOut } from './thin-out.ts';
import type { Window } from './thin-out.ts';

const SPARKLINE_BUCKETS = 40;
const MARKER_BUCKETS = 120; // more would overlap on any screen
export const MAX_BUCKETS = 4000;

/** The span to show; what is left out goes to the recording's own ends. */
export interface TimelineQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly buckets: number;
}

/** All series and markers of one process in the span, thinned out to `buckets`. */
export function timelineOf(id: string, process: ProcessSeries, query: TimelineQuery): Timeline {
  const from = Math.max(query.from ?? -Infinity, process.header.startedAt);
  const to = Math.max(from + 1, Math.min(query.to ?? Infinity, process.lastSeenAt));
  const window = { from, to, buckets: query.buckets, gapMs: process.gapMs };
  const series: Partial<Record<SeriesName, Points>> = {};
  for (const [name, columns] of process.series) {
    if (columns.at.length > 0) series[name] = pointsOf(name, columns, window);
  }
  return { process: id, from, to, series, markers: markersIn(process, window) };
}

/** The three small lines of a process's row. */
export function sparklinesOf(process: ProcessSeries): ProcessOverview['sparklines'] {
  const window = {
    from: process.header.startedAt,
    to: process.lastSeenAt,
    buckets: SPARKLINE_BUCKETS,
    gapMs: process.gapMs,
  };
  const line = (name: SeriesName): Points => {
    const columns = process.series.get(name);
    return columns ? pointsOf(name, columns, window) : { x: [], y: [] };
  };
  const floor = line('floor');
  return { floor: floor.x.length > 1 ? floor : line('heapUsed'), rss: line('rss'), loopP99: line('loopP99') };
}

function pointsOf(name: SeriesName, { at, values }: Series, window: Window): Points {
  if (name.startsWith('gc:')) return highestPerBucket(at, values, window);
  return thinOut(at, values, name === 'floor' ? { ...window, gapMs: Infinity } : window);
}

/** The markers in the span, the first of its kind for each place there is room for. */
function markersIn(process: ProcessSeries, { from, to }: Window): readonly Marker[] {
  const bucketMs = Math.max(1, (to - from) / MARKER_BUCKETS);
  const shown = new Map<string, { marker: Omit<Marker, 'hidden'>; hidden: number }>();
  for (const marker of process.markers) {
    if (marker.at < from || marker.at > to) continue;
    const place = `${marker.kind} ${Math.floor((marker.at - from) / bucketMs)}`;
    const known = shown.get(place);
    if (known) known.hidden++;
    else shown.set(place, { marker, hidden: 0 });
  }
  return [...shown.values()]
    .map(({ marker, hidden }) => ({ ...marker, hidden }))
    .toSorted((one, other) => one.at - other.at);
}
