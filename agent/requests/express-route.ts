/** What Express adds to a request once a route has taken it. */
interface ExpressRequest {
  readonly method?: unknown;
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown } | null;
}

const MAX_ROUTE_LENGTH = 120;

// A router may be mounted below a parameter, of which Express keeps the value alone: a segment with a digit, or a long one.
const LIKE_AN_ID = /(?<=\/)(?:[^/]*\d[^/]*|[^/]{25,})/g;

/** The name of a route, and of which request it was made. */
interface Named {
  readonly method: unknown;
  readonly baseUrl: unknown;
  readonly path: unknown;
  readonly name: string;
}

// A name is put together of texts, and looked up by them: on a busy server that costs more than all else about a request.
const lastNamed = new WeakMap<object, Named>();

/** `GET /users/:id` of a request that a route of Express has taken; null of any other. */
export function expressRoute(request: object): string | null {
  const { route, method, baseUrl } = request as ExpressRequest;
  if (typeof route !== 'object' || route === null) return null;
  const { path } = route;
  if (path === undefined) return null;
  const last = lastNamed.get(route);
  if (last?.path === path && last.method === method && last.baseUrl === baseUrl) return last.name;
  const mountedAt = typeof baseUrl === 'string' ? baseUrl.replace(LIKE_AN_ID, ':id') : '';
  const name = routeName(method, mountedAt + String(path));
  lastNamed.set(route, { method, baseUrl, path, name });
  return name;
}

/** @param pattern the path as the application wrote it, without anybody's data in it */
export function routeName(method: unknown, pattern: string): string {
  return `${String(method)} ${pattern}`.slice(0, MAX_ROUTE_LENGTH);
}
