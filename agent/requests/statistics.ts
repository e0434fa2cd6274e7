import { monotonicMs } from '../primordials.ts';
import type { RequestFigures, RouteFigures } from '../recording.ts';
import { expressRoute } from './express-route.ts';
import { Tally } from './tally.ts';
import { underWay } from './under-way.ts';

// An application has some dozen; what has more makes them of data.
const MAX_ROUTES = 200;
const OTHER_ROUTES = '(other routes)';

// Of more, a recording would grow by more than its samples.
const MAX_RECORDED_ROUTES = 20;

// So many requests of a window are counted one by one. Of more, some stand for all, for looking at the clock twice, keeping
// the time and naming the route is felt by a server that answers ten thousand in a second. One in a prime number of them, or
// of a client that asks for four paths in turns all but one would be passed over.
const EXACT_PER_WINDOW = 100;
const SAMPLED = 17;
const MANY_PER_WINDOW = 2000;
const SAMPLED_OF_MANY = 61;

const FIRST_SERVER_ERROR = 500;

/** Requests of this thread, from the servers that tell of them. */
export interface RequestStatistics {
  /** A request has come; of one response only the first call counts. */
  begin(response: object): void;
  /** The response was handed over whole. What was not begun is not counted. */
  finish(request: object, response: Finished): void;
  /** The figures since the last call; null when there was no request. */
  closeWindow(): RequestFigures | null;
  /** The same by route, the busiest first; of many the rest is summed up. */
  closeRoutes(): readonly RouteFigures[];
  /** All requests since the start. */
  total(): Tally;
  /** The same by route. */
  totalByRoute(): ReadonlyMap<string, Tally>;
}

export interface Finished {
  readonly statusCode: number;
}

/** Those of the window that is open, and those of the windows before. */
interface Counts {
  readonly window: Tally;
  readonly before: Tally;
}

export function createRequestStatistics(): RequestStatistics {
  const all = createCounts();
  const byRoute = new Map<string, Counts>();
  let passed = 0;

  const countsOf = (route: string): Counts => {
    const known = byRoute.get(route);
    if (known !== undefined) return known;
    const name = byRoute.size < MAX_ROUTES ? route : OTHER_ROUTES;
    const counts = byRoute.get(name) ?? createCounts();
    byRoute.set(name, counts);
    return counts;
  };
  return {
    begin(response) {
      const { count } = all.window;
      const weight = count < EXACT_PER_WINDOW ? 1 : count < MANY_PER_WINDOW ? SAMPLED : SAMPLED_OF_MANY;
      if (++passed % weight !== 0) return;
      if (underWay.has(response)) return;
      underWay.set(response, { startedMs: monotonicMs(), weight, route: null });
    },
    finish(request, response) {
      const counted = underWay.get(response);
      if (counted === undefined) return;
      const latencyMs = monotonicMs() - counted.startedMs;
      const isError = response.statusCode >= FIRST_SERVER_ERROR;
      all.window.add(latencyMs, isError, counted.weight);
      const route = expressRoute(request) ?? counted.route;
      if (route !== null) countsOf(route).window.add(latencyMs, isError, counted.weight);
    },
    closeWindow: () => (all.window.count === 0 ? null : closed(all)),
    closeRoutes() {
      const busy = [...byRoute]
        .filter(([, { window }]) => window.count > 0)
        .toSorted(([, one], [, other]) => other.window.count - one.window.count);
      const rows = busy
        .slice(0, MAX_RECORDED_ROUTES)
        .map(([route, counts]) => ({ route, ...closed(counts) }));
      const rest = createCounts();
      for (const [, counts] of busy.slice(MAX_RECORDED_ROUTES)) {
        rest.window.include(counts.window);
        closed(counts);
      }
      return rest.window.count === 0 ? rows : [...rows, { route: OTHER_ROUTES, ...closed(rest) }];
    },
    total: () => sum(all),
    totalByRoute: () => new Map([...byRoute].map(([route, counts]) => [route, sum(counts)])),
  };
}

function createCounts(): Counts {
  return { window: new Tally(), before: new Tally() };
}

/** Ends the window and begins another one. */
function closed({ window, before }: Counts): RequestFigures {
  const figures = window.figures();
  before.include(window);
  window.clear();
  return figures;
}

function sum({ window, before }: Counts): Tally {
  const total = new Tally();
  total.include(before);
  total.include(window);
  return total;
}
