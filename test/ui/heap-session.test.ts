import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HeapSession } from '../../ui/heap/heap-session.ts';
import type { HeapQuestions } from '../../ui/heap/questions.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

/** Holds a few of each in places that can be told by name, and writes a snapshot of itself. */
const PROGRAM = `
  const { createServer } = require('node:net');
  const { writeHeapSnapshot } = require('node:v8');
  class Recent {
    constructor() {
      this.max = 500;
      this.ttl = 60;
      this.entries = new Map();
    }
  }
  class Visits {
    constructor() {
      this.entries = new Map();
    }
  }
  class Camera {
    constructor() {
      this.frames = [];
    }
  }
  class Album {
    constructor() {
      this.parts = new Map();
    }
  }
  const answer = new Promise(() => {});
  async function waitForAnswer() {
    await answer;
  }
  function logAnswer() {}
  globalThis.shop = { recent: new Recent(), visits: new Visits(), camera: new Camera(), album: new Album(), drawers: { left: [], right: [] }, servers: [], answer };
  for (let i = 0; i < 40; i++) {
    shop.recent.entries.set('recent ' + i, { i });
    shop.visits.entries.set('visit ' + i, { i });
  }
  for (let i = 0; i < 10; i++) shop.camera.frames.push(new Uint8Array(50_000 + i));
  for (let i = 0; i < 5; i++) shop.drawers[i < 2 ? 'left' : 'right'].push(new Uint8Array(9000));
  const whole = new Uint8Array(70_000);
  for (let i = 0; i < 5; i++) shop.album.parts.set(i, whole.subarray(i, i + 10));
  for (let i = 0; i < 3; i++) waitForAnswer();
  for (let i = 0; i < 2; i++) answer.then(logAnswer);
  const server = () => new Promise((done) => shop.servers.push(createServer().listen(0, '127.0.0.1', done)));
  const close = (one) => new Promise((done) => one.close(done));
  Promise.all([server(), server(), server()])
    .then(() => close(shop.servers[0]))
    .then(() => setImmediate(() => (writeHeapSnapshot(process.argv[1]), process.exit())));
`;

const PAGE = { offset: 0, limit: 100, search: '', internal: false } as const;

const path = join(sharedTemporaryFolder(), 'one.heapsnapshot');
let session: HeapSession;

beforeAll(() => {
  execFileSync(process.execPath, ['-e', PROGRAM, path], { stdio: 'ignore' });
  session = new HeapSession({ paths: [path], names: ['one'], sameLineage: false, root: null }, () => {});
});

type Things = 'waiting' | 'buffers' | 'handles';
type RowOf<Ask extends Things> = HeapQuestions[Ask]['answer']['rows'][number];

/** The row whose holder, or function, has that name. */
async function rowNamed<Ask extends Things>(
  ask: Ask,
  name: string,
  search = '',
): Promise<RowOf<Ask> | undefined> {
  const { rows } = await session[ask](path, { ...PAGE, search });
  return (rows as readonly RowOf<Ask>[]).find((row) => JSON.stringify(row).includes(name));
}

describe('promises', () => {
  test('are told with the async functions that stand still', async () => {
    const row = await rowNamed('waiting', 'waitForAnswer');
    expect(row).toMatchObject({ how: 'await', waitingCount: 3, promiseCount: 1 });
    expect(row!.promise.phrase).toContain('answer');
    expect(row!.retainedBytes).toBeGreaterThan(0);
  });

  test('are told with the functions that wait by then', async () => {
    expect(await rowNamed('waiting', 'logAnswer')).toMatchObject({ how: 'then', waitingCount: 2 });
  });

  test('are found by the name of what waits', async () => {
    expect(await rowNamed('waiting', 'waitForAnswer', 'LOGANSWER')).toBeUndefined();
    expect(await rowNamed('waiting', 'logAnswer', 'LOGANSWER')).toBeDefined();
  });
});

describe('buffers', () => {
  test('are told with the memory behind them', async () => {
    expect(await rowNamed('buffers', 'Camera')).toMatchObject({
      className: 'Uint8Array',
      bufferCount: 10,
      memoryCount: 10,
      largestBytes: 50_009,
    });
  });

  test('in arrays are told apart by who holds these', async () => {
    expect(await rowNamed('buffers', 'left')).toMatchObject({ bufferCount: 2, memoryBytes: 18_000 });
    expect(await rowNamed('buffers', 'right')).toMatchObject({ bufferCount: 3, memoryBytes: 27_000 });
  });

  test('that are parts of one are one piece of memory', async () => {
    expect(await rowNamed('buffers', 'Album')).toMatchObject({
      bufferCount: 5,
      memoryCount: 1,
      memoryBytes: 70_000,
    });
  });
});

test('handles are told by who holds them, and how many are open', async () => {
  expect(await rowNamed('handles', 'servers')).toMatchObject({
    className: 'Server',
    handleCount: 3,
    openCount: 2,
  });
});

test('a cache is told with the properties that bound it, or that none was seen', async () => {
  const { rows } = await session.caches(path, { ...PAGE, sort: 'entries' });
  const limitsOf = (holder: string) => rows.find(({ name }) => name.phrase.includes(holder))?.limits;
  expect(limitsOf('Recent')).toEqual(['max', 'ttl']);
  expect(limitsOf('Visits')).toEqual([]);
});

test('a cache is found by its name, which is not its class', async () => {
  const { rows } = await session.caches(path, { ...PAGE, sort: 'entries', search: 'visits' });
  expect(rows.map(({ className, content }) => [className, content.entryCount])).toEqual([['Map', 40]]);
});

describe('a question', () => {
  test('is answered page by page, from what was found once', async () => {
    const asked = { search: '', sort: 'name', ascending: true } as const;
    const all = await session.classes(path, { ...asked, offset: 0, limit: 20 });
    const next = await session.classes(path, { ...asked, offset: 5, limit: 3 });
    expect(next).toEqual({ total: all.total, rows: all.rows.slice(5, 8) });
    expect((await session.classes(path, { ...asked, offset: 1e6, limit: 3 })).rows).toEqual([]);
  });

  test.each([
    ['recent 7', 'string'],
    ['RECENT', 'object'],
  ])('for %s finds texts and classes in whatever case, the largest first', async (text, type) => {
    const { total, rows } = await session.search(path, { offset: 0, limit: 50, text });
    expect(total).toBe(rows.length);
    expect(rows.map((row) => row.type)).toContain(type);
    const sizes = rows.map(({ retainedBytes }) => retainedBytes);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
  });

  test('for an id finds that object alone', async () => {
    const { rows } = await session.search(path, { offset: 0, limit: 5, text: 'Recent' });
    const found = await session.search(path, { offset: 0, limit: 5, text: `@${rows[0].id}` });
    expect(found).toEqual({ total: 1, rows: [rows[0]] });
    expect((await session.search(path, { offset: 0, limit: 5, text: '@4000000000' })).total).toBe(0);
  });

  test('about owners tells the largest, and sums up the others', async () => {
    const { chain, children, restCount } = await session.owners(path, { node: 0 });
    expect(chain).toHaveLength(1);
    expect(children).toHaveLength(80);
    expect(restCount).toBeGreaterThan(0);
    const sizes = children.map(({ retainedBytes }) => retainedBytes);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
  });

  test('about owners calls them by the names that hold them', async () => {
    const { rows } = await session.search(path, { offset: 0, limit: 5, text: 'Recent' });
    const recent = rows.find(({ type, name }) => type === 'object' && name === 'Recent')!;
    const { chain, children } = await session.owners(path, { node: recent.node });
    expect(chain.at(-1)?.heldAs).toBe('recent');
    expect(children.find(({ name }) => name === 'Map')?.heldAs).toBe('entries');
  });

  test('about a snapshot that cannot be read is refused, and the next one answered', async () => {
    const nowhere = { ...PAGE, sort: 'name', ascending: true } as HeapQuestions['classes']['ask'];
    await expect(session.classes(`${path}-not-there`, nowhere)).rejects.toThrow(/does not exist|ENOENT/);
    expect((await session.classes(path, nowhere)).total).toBeGreaterThan(10);
  });
});
