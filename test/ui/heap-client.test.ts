import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { HeapClient } from '../../ui/heap/heap-client.ts';
import { buildPage } from './built-page.ts';
import { takeSampleSnapshots } from './sample-heap.ts';

const FIRST_CLASSES = { offset: 0, limit: 3, search: '', sort: 'retainedBytes', ascending: false } as const;

let module: string;
let path: string;
let client: HeapClient;
let shares: number[] = [];

beforeAll(async () => {
  module = join(await buildPage(), 'heap-process.js');
  path = join(takeSampleSnapshots(), '4242-0-1.heapsnapshot');
});

afterEach(() => {
  client.cancel();
  shares = [];
});

function askForClasses() {
  const files = { paths: [path], names: ['4242-0-1.heapsnapshot'], sameLineage: true, root: null };
  return client.ask(files, { ask: 'classes', path, parameters: FIRST_CLASSES });
}

test('answers, and tells how far the reading is', async () => {
  client = new HeapClient((share) => shares.push(share), module);
  const { total, rows } = await askForClasses();
  expect(rows).toHaveLength(3);
  expect(total).toBeGreaterThan(100);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(shares.at(-1)).toBe(1);
});

test('stops what it is doing, and begins anew with the next question', async () => {
  client = new HeapClient(() => {}, module);
  const asked = askForClasses();
  client.cancel();
  await expect(asked).rejects.toThrow('The work on the snapshot was stopped.');
  expect((await askForClasses()).rows).toHaveLength(3);
});

test('tells when its process cannot run', async () => {
  client = new HeapClient(() => {}, join(module, '../nowhere.js'));
  await expect(askForClasses()).rejects.toThrow('The process that reads the snapshot ended unexpectedly');
});
