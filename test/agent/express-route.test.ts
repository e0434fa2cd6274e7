import { expect, test } from 'vitest';

import { expressRoute } from '../../agent/requests/express-route.ts';

test('a route is named by how its request came to it, whatever the one before was', () => {
  const route = { path: '/:item' };
  const named = (method: string, baseUrl: string) => expressRoute({ method, baseUrl, route });
  expect(named('GET', '/books')).toBe('GET /books/:item');
  expect(named('GET', '/books')).toBe('GET /books/:item');
  expect(named('PUT', '/books')).toBe('PUT /books/:item');
  expect(named('GET', '/users/7')).toBe('GET /users/:id/:item');
  expect(named('GET', '/users/8')).toBe('GET /users/:id/:item');
  expect(named('GET', '/books')).toBe('GET /books/:item');
});

test('what no route has taken has no name', () => {
  expect(expressRoute({ method: 'GET' })).toBeNull();
  expect(expressRoute({ method: 'GET', route: null })).toBeNull();
  expect(expressRoute({ method: 'GET', route: {} })).toBeNull();
});
