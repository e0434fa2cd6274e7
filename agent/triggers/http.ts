import { createHash, timingSafeEqual } from 'node:crypto';
import type * as http from 'node:http';
import { isMainThread } from 'node:worker_threads';

import { complain } from '../complain.ts';
import { stringify } from '../primordials.ts';
import type { SnapshotTaken } from '../recording.ts';
import { underWay } from '../requests/under-way.ts';
import type { Trigger, TriggerHost } from '../trigger.ts';

const LOOPBACK = '127.0.0.1';
const PATH = '/snapshot';
const MIN_TOKEN_LENGTH = 16;

// A request is a line and a few headers; who needs longer holds a connection.
const MAX_REQUEST_MS = 5000;
const MAX_CONNECTIONS = 8;

/**
 * Takes a snapshot for `POST /snapshot` with the token, at a port of the loopback. The main thread's alone: worker threads
 * share its process, and are asked by a request file.
 */
export const httpTrigger: Trigger = {
  name: 'http',
  start(host) {
    const { httpPort, httpToken } = host.options;
    if (httpPort === null || !isMainThread) return null;
    if (httpToken === null || httpToken.length < MIN_TOKEN_LENGTH) {
      complain(`LEAKWATCH_HTTP_PORT is ignored: LEAKWATCH_HTTP_TOKEN needs ${MIN_TOKEN_LENGTH} characters`);
      return null;
    }
    return listen(host, httpPort, httpToken);
  },
};

function listen(host: TriggerHost, port: number, token: string) {
  // Loaded only here: an application without HTTP does without it.
  const { createServer } = require('node:http') as typeof http;
  let waiting: http.ServerResponse | null = null;
  const server = createServer((request, response) => {
    underWay.delete(response); // it is none of the application's
    const fault = faultOf(request, portOf(server), token) ?? (waiting === null ? null : BUSY);
    if (fault !== null) return answer(response, fault.status, { error: fault.error });
    waiting = response;
    host.ask({ reason: 'http', isAskedFor: true });
  });
  server.requestTimeout = server.headersTimeout = MAX_REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => void socket.unref());
  server.on('error', ({ message }) => host.notice(`no snapshots by HTTP: ${message}`));
  host.ownServers.add(server);
  // Exclusive: a cluster's primary would hand the requests of one worker to another one.
  server.listen({ port, host: LOOPBACK, exclusive: true }, () =>
    host.notice(`snapshots by HTTP at ${LOOPBACK}:${portOf(server)}`),
  );
  server.unref();
  return {
    onSnapshot(taken: SnapshotTaken) {
      if (waiting === null || taken.reason !== 'http') return;
      const { status, file, fileBytes, pauseMs, detail } = taken;
      answer(waiting, status === 'written' ? 200 : 503, { status, file, fileBytes, pauseMs, detail });
      waiting = null;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Fault {
  readonly status: number;
  readonly error: string;
}

const BUSY: Fault = { status: 409, error: 'a snapshot is being taken for another request' };

/** Why a request is refused; null when it is not. */
function faultOf(request: http.IncomingMessage, port: number, token: string): Fault | null {
  const { host, origin, authorization } = request.headers;
  // A page in a browser reaches the loopback as well, under its own name or by its own script.
  if (host !== `${LOOPBACK}:${port}` && host !== `localhost:${port}`) {
    return { status: 403, error: `expected the host ${LOOPBACK}:${port}` };
  }
  if (origin !== undefined) return { status: 403, error: 'pages of browsers are not answered' };
  if (!isEqual(authorization ?? '', `Bearer ${token}`)) {
    return { status: 401, error: 'expected the header authorization: Bearer <token>' };
  }
  if (request.url !== PATH) return { status: 404, error: `expected POST ${PATH}` };
  return request.method === 'POST' ? null : { status: 405, error: `expected POST ${PATH}` };
}

/** Takes the same time wherever the texts differ. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function answer(response: http.ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(`${stringify(body)}\n`);
}

function portOf(server: http.Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}
