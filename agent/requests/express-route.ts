/** What Express adds to a request once a route has taken it. */
interface ExpressRequest {
  readonly method?: unknown;
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown } | null;
}

const MAX_ROUTE_LENGTH = 120;

// A router may be mounted below a parameter, of which Express keeps the value alone: a segment with a digit, or a long one.
const LIKE_AN_ID = /(?<=\/)(?:[^/]*\d[^/]*|[^/]{25,})/g;

/** `GET /users/:id` of a request that a route of Express has taken; null of any other. */
export function expressRoute(request: object): string | null {
  const { route, method, baseUrl } = request as ExpressRequest;
  if (route === undefined || route === null || route.path === undefined) return null;
  const mountedAt = typeof baseUrl === 'string' ? baseUrl.replace(LIKE_AN_ID, ':id') : '';
  return routeName(method, mountedAt + String(route.path));
}

/** @param pattern the path as the application wrote it, without anybody's data in it */
export function routeName(method: unknown, pattern: string): string {
  return `${String(method)} ${pattern}`.slice(0, MAX_ROUTE_LENGTH);
}
