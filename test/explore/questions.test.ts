import { describe, expect, test } from 'vitest';
import { collections } from '../../analyzer/explore/collections.ts';
import { diff } from '../../analyzer/explore/diff.ts';
import { nodeOfId } from '../../analyzer/explore/exploration.ts';
import { idTest } from '../../analyzer/explore/id-test.ts';
import { inspect } from '../../analyzer/explore/inspect.ts';
import { listeners } from '../../analyzer/explore/listeners.ts';
import { objectName } from '../../analyzer/explore/object-name.ts';
import { waitingCode } from '../../analyzer/explore/promises.ts';
import { ignoring, pathsTo, pathsToAll } from '../../analyzer/explore/paths.ts';
import { instancesOf, stringsWith } from '../../analyzer/explore/select-nodes.ts';
import { duplicateStrings, longestStrings, slicedStrings } from '../../analyzer/explore/strings.ts';
import { timers } from '../../analyzer/explore/timers.ts';
import { heapTotals, topClasses } from '../../analyzer/explore/top.ts';
import { readSnapshot } from '../../analyzer/heap/index.ts';
import { sessionsMap, snapshotsOfThings, thingsOpened } from './things.ts';

const [earlier, later] = snapshotsOfThings();
const things = thingsOpened(later);
const SOURCE = 'fixtures/explore/things.js';

describe('classes', () => {
  test('have their numbers and the line of their constructor', () => {
    const question = { match: 'session', sort: 'count', offset: 0, limit: 5 } as const;
    const [session] = topClasses(things.opened, question).rows;
    expect(session).toMatchObject({ name: 'Session', objectCount: 300 });
    expect(session.location).toEqual({ file: SOURCE, line: 10, column: 14 });
    expect(heapTotals(things.opened).heapBytes).toBeGreaterThan(1_000_000);
  });

  test('come in the part that was asked for', () => {
    const question = { match: '', sort: 'name' } as const;
    const whole = topClasses(things.opened, { ...question, offset: 0, limit: 9 });
    expect(topClasses(things.opened, { ...question, offset: 3, limit: 2 }).rows).toEqual(
      whole.rows.slice(3, 5),
    );
    expect(topClasses(things.opened, { ...question, offset: 1e6, limit: 2 }).rows).toEqual([]);
  });
});

test('a large object is named as the program does', () => {
  expect(objectName(things.opened, sessionsMap(things.opened).node)).toMatchObject({
    phrase: '`sessions` of class `SessionStore`',
    location: { file: SOURCE, line: 17 },
  });
});

describe('what changed', () => {
  test('by shape: what came, and what each class gained', async () => {
    const { rows, sameProcess } = await diff([earlier, later], { by: 'shape' });
    expect(sameProcess).toBe(true);
    expect(rows.find(({ name }) => name === 'Session')).toMatchObject({
      objectCounts: [100, 300],
      newObjects: 200,
      goneObjects: 0,
    });
    expect(rows.find(({ name }) => name === '{headerText}')).toMatchObject({ newObjects: 200 });
  });

  test('by class: plain objects are one', async () => {
    const { rows } = await diff([earlier, later], { by: 'class' });
    const plain = rows.filter(({ name }) => name === 'Object' || name.startsWith('{'));
    expect(plain.map(({ name, newObjects }) => [name, newObjects! >= 200])).toEqual([['Object', true]]);
  });

  test('by path: over which references they are held, without what hangs on them', async () => {
    const { rows } = await diff([earlier, later], { by: 'path' });
    const sessions = rows.find(({ name }) => name.endsWith('.sessions[…] Session'));
    expect(sessions!.objectCounts[1] - sessions!.objectCounts[0]).toBe(200);
    expect(rows.filter(({ name }) => name.includes('.sessions[…].user'))).toEqual([]);
  });

  test('the other way round it has shrunk', async () => {
    const { rows } = await diff([later, earlier], { by: 'shape' });
    expect(rows.find(({ name }) => name === 'Session')).toMatchObject({ newObjects: 0, goneObjects: 200 });
  });
});

const ignoreNothing = () => false;

describe('a path', () => {
  test('leads from the root to an object in the words of the code', () => {
    const { node, id } = sessionsMap(things.opened);
    const paths = pathsTo(things.opened, node, { count: 1, ignored: ignoreNothing });
    expect(paths).toHaveLength(1);
    expect(paths[0].accidental).toBe(false);
    expect(paths[0].trace.slice(-2)).toMatchObject([
      { label: 'SessionStore', via: 'variable store' },
      { label: `Map @${id}`, via: '.sessions', status: 'leaking' },
    ]);
  });

  test('to each of a class is told with how many are held like it', () => {
    const nodes = [...instancesOf(things.opened, 'Session')];
    const paths = pathsToAll(things.opened, nodes, 5, ignoreNothing);
    expect([nodes.length, ...paths.map((path) => path.objectCount)]).toEqual([300, 299, 1]);
  });

  test('does not go over what is ignored, and there is none when nothing else holds the object', () => {
    const { opened } = things;
    const ignored = ignoring(opened, ['sessions']);
    expect(pathsTo(opened, sessionsMap(opened).node, { count: 3, ignored })).toEqual([]);
    expect(pathsToAll(opened, [...instancesOf(opened, 'Session')], 9, ignored)).toHaveLength(1);
    const byId = ignoring(opened, [`@${sessionsMap(opened).id}`]);
    expect(pathsTo(opened, sessionsMap(opened).node, { count: 3, ignored: byId })).toEqual([]);
  });

  test('is one of several for what is held twice, and none of them is there twice', () => {
    const { opened } = things;
    const nodes = [...instancesOf(opened, 'Session')];
    const [{ object }] = pathsToAll(opened, nodes, 1, ignoring(opened, ['sessions']));
    const paths = pathsTo(opened, nodeOfId(opened.graph, object.id), { count: 9, ignored: ignoreNothing });
    const ends = paths.map(({ trace }) => trace.at(-2)!.label);
    expect(ends).toEqual(expect.arrayContaining(['Map', 'Array']));
    const looks = paths.map(({ trace }) => trace.map(({ via, label }) => `${via} ${label}`).join(' '));
    expect(new Set(looks).size).toBe(looks.length);
  });

  test('leads to strings that contain a text', () => {
    const nodes = [...stringsWith(things.opened, 'came in by the network many')];
    const [{ trace }] = pathsToAll(things.opened, nodes, 1, ignoreNothing);
    expect(nodes.length).toBeGreaterThanOrEqual(50);
    expect(trace.at(-2)).toMatchObject({ label: 'Array', via: 'variable texts' });
  });
});

test('an object is told with what it holds and what holds it', () => {
  const found = inspect(things.opened, sessionsMap(things.opened).node, { offset: 0, limit: 3 });
  expect(found).toMatchObject({
    className: 'Map',
    type: 'object',
    content: { entryCount: 300, values: 'Session objects', keySamples: expect.arrayContaining(['user-0']) },
    retainers: { total: 1, rows: [{ reference: '.sessions', className: 'SessionStore' }] },
  });
  expect(found.references.total).toBeGreaterThanOrEqual(600);
  expect(found.references.rows).toHaveLength(3);
});

describe('listeners', () => {
  test.each([
    ['change', 'EventEmitter', 12, 'onChange', true],
    ['close', 'EventEmitter', 1, 'onClose', false], // behind once()
    ['tick', 'EventTarget', 4, 'onTick', false],
    ['abort', 'AbortSignal', 15, 'onAbort', true],
  ])('of %s on an %s', (event, emitterClass, listenerCount, functionName, isOverLimit) => {
    const [row] = listeners(things.opened, functionName);
    expect(row).toMatchObject({
      event,
      emitterClass,
      listenerCount,
      functionName,
      isOverLimit,
      emitterCount: 1,
    });
    expect(row.location).toMatchObject({ file: SOURCE });
  });
});

test('timers are told by kind, delay and callback', () => {
  const rows = timers(things.opened, '').filter(({ isActive }) => isActive);
  expect(rows).toMatchObject([
    {
      kind: 'interval',
      delayMs: 3_600_000,
      timerCount: 6,
      functionName: 'poll',
      location: { file: SOURCE, line: 57 },
    },
    {
      kind: 'timeout',
      delayMs: 7_200_000,
      timerCount: 3,
      functionName: 'expire',
      location: { file: SOURCE, line: 62 },
    },
  ]);
});

describe('collections', () => {
  const question = { sort: 'entries', match: '', offset: 0, limit: 50 } as const;

  test.each([
    ['sessions', 'Map', 300, 'Session objects'],
    ['headers', 'Object', 300, 'objects {headerText}'],
    ['texts', 'Array', 50, 'strings'],
  ])('%s', (name, className, entryCount, values) => {
    const found = collections(things.opened, question).rows.find((row) => row.name.name === name);
    expect(found).toMatchObject({ className: expect.any(String), content: { entryCount, values } });
    expect(collections(things.opened, { ...question, match: className }).rows).toContainEqual(found);
  });

  test('of numbers are told by the room they have', () => {
    const scores = collections(things.opened, question).rows.find((row) => row.name.name === 'scores');
    expect(scores!.content).toMatchObject({ entryCount: 0, slotCount: 512 });
  });
});

describe('strings', () => {
  const all = { offset: 0, limit: 1000 };

  test('that are there more than once are told with what they waste', () => {
    const { rows } = duplicateStrings(things.opened, 'came in by the network', all);
    expect(rows).toMatchObject([{ copies: 50, wasteBytes: 49 * rows[0].bytes, name: { name: 'texts[…]' } }]);
  });

  test('of which a part keeps the whole are told with who holds the part', () => {
    const { rows } = slicedStrings(things.opened, '', all);
    expect(rows).toMatchObject([{ sliceCount: 1, name: { name: 'excerpt' } }]);
    expect(rows[0].parentBytes).toBeGreaterThan(200_000);
  });

  test('that are largest come first', () => {
    const sizes = longestStrings(things.opened, '', all).rows.map(({ bytes }) => bytes);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
    expect(sizes[0]).toBeGreaterThan(200_000);
  });
});

describe('collections', () => {
  const ask = { sort: 'entries', match: '', offset: 0, limit: 999 } as const;

  test('of the program are told without those of Node', () => {
    const rows = collections(things.opened, ask).rows;
    const names = rows.map(({ name }) => name.name);
    expect(names).toEqual(expect.arrayContaining(['sessions', 'scores', 'headers', 'texts']));
    expect(names.filter((name) => /primordials|moduleLoadList|BuiltinModule|exports/.test(name))).toEqual([]);
    expect(rows.filter(({ isNodesOwn }) => isNodesOwn)).toEqual([]);
  });

  test('of Node are marked where all were asked for', () => {
    const rows = collections(things.opened, { ...ask, withNodesOwn: true }).rows;
    const own = rows.filter(({ isNodesOwn }) => isNodesOwn).map(({ name }) => name.name);
    expect(own).toEqual(expect.arrayContaining(['moduleLoadList']));
    expect(own).not.toContain('sessions');
  });
});

describe('what waits for a promise', () => {
  test('is told with the frame, the promise and how much of it waited before', async () => {
    const graph = await readSnapshot(earlier);
    const [row] = waitingCode(things.opened, 'waitForever', [idTest(graph, things.opened.graph)]);
    expect(row).toMatchObject({ how: 'await', waitingCount: 300, promiseCount: 1, waitedBefore: [100] });
    expect(row.promise.name).toBe('never');
  });

  test('cannot be compared with a snapshot whose ids name other objects', async () => {
    const graph = await readSnapshot(earlier);
    const nodeId = graph.nodeId.map((_, node, ids) => ids[(node + 1000) % ids.length]);
    expect(idTest({ ...graph, nodeId }, things.opened.graph)).toBeNull();
  });
});
