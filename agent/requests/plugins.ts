/** What an application mounts so that its requests are told apart by route. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { guarded } from '../guarded.ts';
import { routeName } from './express-route.ts';
import type { RequestStatistics } from './statistics.ts';
import { underWay } from './under-way.ts';

/** A middleware, as Express, Connect and Polka call it. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** A plugin to be given to `fastify.register`. */
export type FastifyPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void;

interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
}

interface FastifyRequestLike {
  readonly method: string;
  readonly raw: object;
  readonly routeOptions?: { readonly url?: string | undefined };
}

interface FastifyReplyLike {
  readonly raw: object;
}

type Response = object & {
  readonly statusCode: number;
  once(event: 'finish', listener: () => void): unknown;
};

const NO_ROUTE = '(no route)';

/** Counts requests that no route takes, and those of servers that do not tell of theirs, such as those of HTTP/2. */
export function expressPlugin(statistics: RequestStatistics): Middleware {
  const observe = guardedObserver(statistics);
  return (request, response, next) => {
    observe(request, response, routeName(request.method, NO_ROUTE));
    next();
  };
}

/** Counts the requests of every route of the instance that it is registered with. */
export function fastifyPlugin(statistics: RequestStatistics): FastifyPlugin {
  const observe = guardedObserver(statistics);
  const plugin: FastifyPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, proceed) => {
      const pattern = request.routeOptions?.url ?? NO_ROUTE;
      observe(request.raw, reply.raw as Response, routeName(request.method, pattern));
      proceed();
    });
    done();
  };
  // What fastify-plugin does: the hook is for the instance itself, not only for what is registered below this plugin.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'leakwatch',
  });
}

function guardedObserver(
  statistics: RequestStatistics,
): (request: object, response: Response, route: string) => void {
  const observe = (request: object, response: Response, route: string) => {
    // Node tells of those of HTTP/1 by itself, and leaves out what is not counted.
    if (!underWay.has(response) && 'stream' in response) {
      statistics.begin(response);
      response.once('finish', () => statistics.finish(request, response));
    }
    const counted = underWay.get(response);
    if (counted !== undefined) counted.route = route;
  };
  return guarded('counting requests', observe, undefined, () => {});
}
