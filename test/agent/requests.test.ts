import { createRequire } from 'node:module';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';

import { startAgent } from '../../agent/agent.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { AGENT_API, entriesOf, runApp } from './run-app.ts';

const { resolve } = createRequire(__filename);

/** Gets each path in turn, then ends the process. */
const CLIENT = `
  const http = require('node:http');
  const agent = require(${JSON.stringify(AGENT_API)}).startAgent();
  const get = (port, path) => new Promise((done) =>
    http.get({ port, path, agent: false }, (response) => response.resume().on('end', done)));
  const visit = async (server, paths) => {
    for (const path of paths) await get(server.address().port, path);
    server.close(() => process.exit());
  };`;

const EXPRESS = `${CLIENT}
  const express = require(${JSON.stringify(resolve('express'))});
  const app = express();
  if (process.argv[2] === 'plugin') app.use(agent.express());
  const orders = express.Router();
  orders.get('/items/:item', (request, response) => response.send('item'));
  app.get('/users/:id', (request, response) => setTimeout(() => response.send('user'), 20));
  app.get('/fails', (request, response) => response.status(503).end());
  app.use('/orders/:order', orders);
  const server = app.listen(0, () =>
    visit(server, ['/users/1', '/users/2', '/fails', '/orders/17/items/3', '/nowhere']));`;

const FASTIFY = `${CLIENT}
  const app = require(${JSON.stringify(resolve('fastify'))})();
  app.register(agent.fastify());
  app.get('/users/:id', async () => 'user');
  app.register(async (inner) => inner.get('/items/:item', async () => 'item'), { prefix: '/orders' });
  app.get('/fails', async () => { throw new Error('fails'); });
  app.listen({ port: 0 }).then(() =>
    visit(app.server, ['/users/1', '/users/2', '/fails', '/orders/items/3', '/nowhere']));`;

const HTTP2 = `
  const http2 = require('node:http2');
  const agent = require(${JSON.stringify(AGENT_API)}).startAgent();
  const app = require(${JSON.stringify(resolve('fastify'))})({ http2: true });
  app.register(agent.fastify());
  app.get('/users/:id', async () => 'user');
  app.listen({ port: 0 }).then(() => {
    const session = http2.connect('http://localhost:' + app.server.address().port);
    session.request({ ':path': '/users/1' }).resume().on('end', () => session.close());
    session.on('close', () => app.server.close(() => process.exit()));
  });`;

async function requestsOf(source: string, node: string, args: readonly string[] = []) {
  const { stderr, recordings } = await runApp({ source, node, args, env: { LEAKWATCH_INTERVAL_MS: '40' } });
  expect(stderr).toBe('');
  const samples = entriesOf(recordings[0], 'sample').flatMap(({ requests }) => requests ?? []);
  const rows = entriesOf(recordings[0], 'routes').flatMap(({ routes }) => routes);
  const countByRoute: Record<string, string> = {};
  for (const { route } of rows) {
    const own = rows.filter((row) => row.route === route);
    const sum = (field: 'count' | 'errors') => own.reduce((total, row) => total + row[field], 0);
    countByRoute[route] = `${sum('count')} / ${sum('errors')}`;
  }
  const sum = (field: 'count' | 'errors') => samples.reduce((total, figures) => total + figures[field], 0);
  const slowestMs = Math.max(...samples.map(({ latencyMaxMs }) => latencyMaxMs));
  return { count: sum('count'), errors: sum('errors'), slowestMs, countByRoute };
}

describe.each(NODE_MAJORS)('Node %i', (major) => {
  const node = nodeBinary(major);

  test('counts the requests of Express by route, also without the plugin', async () => {
    const { slowestMs, ...requests } = await requestsOf(EXPRESS, node);
    const countByRoute = {
      'GET /users/:id': '2 / 0',
      'GET /fails': '1 / 1',
      'GET /orders/:id/items/:item': '1 / 0',
    };
    expect(requests).toEqual({ count: 5, errors: 1, countByRoute });
    expect(slowestMs).toBeGreaterThan(15);
    const withPlugin = await requestsOf(EXPRESS, node, ['plugin']);
    expect(withPlugin).toMatchObject({
      count: 5,
      errors: 1,
      countByRoute: { ...countByRoute, 'GET (no route)': '1 / 0' },
    });
  });

  test('counts the requests of Fastify by route', async () => {
    expect(await requestsOf(FASTIFY, node)).toMatchObject({
      count: 5,
      errors: 1,
      countByRoute: {
        'GET /users/:id': '2 / 0',
        'GET /fails': '1 / 1',
        'GET /orders/items/:item': '1 / 0',
        'GET (no route)': '1 / 0',
      },
    });
  });
});

test('counts the requests of HTTP/2 by the plugin', async () => {
  expect(await requestsOf(HTTP2, process.execPath)).toMatchObject({
    count: 1,
    countByRoute: { 'GET /users/:id': '1 / 0' },
  });
});

test('an agent that is turned off passes requests on', async () => {
  const agent = startAgent({ enabled: false });
  const app = fastify();
  await app.register(agent.fastify());
  app.get('/', async () => 'hello');
  expect((await app.inject('/')).body).toBe('hello');
  await new Promise<void>((resolve_) => void agent.express()({} as never, {} as never, () => resolve_()));
});
