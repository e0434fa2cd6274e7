import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { beforeAll, describe, expect, test } from 'vitest';
import { explorationOf } from '../../analyzer/explore/exploration.ts';
import { serialize } from '../../analyzer/explore/export/formats.ts';
import { retainedStacks } from '../../analyzer/explore/export/retained-stacks.ts';
import type { Frame } from '../../analyzer/explore/export/retained-stacks.ts';
import { classify, immediateDominators, retainedBytes, shallowBytes } from '../../analyzer/heap/index.ts';
import { runCli } from '../../cli/cli.ts';
import { heap } from '../heap/heap-text.ts';
import type { NodeText } from '../heap/heap-text.ts';
import { fakeTerminal } from '../helpers/fake-terminal.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { snapshotsOfThings, thingsOpened } from './things.ts';

const [, later] = snapshotsOfThings();
const things = thingsOpened(later);
let frames: readonly Frame[] = [];

beforeAll(() => {
  frames = retainedStacks(things.opened);
});

const totalOf = (all: readonly Frame[]) => all.reduce((total, { selfBytes }) => total + selfBytes, 0);

/** Bytes of a frame and all below it. */
function totalBytes(all: readonly Frame[], index: number): number {
  const below = all.flatMap(({ parent }, at) =>
    parent === index && at !== index ? [totalBytes(all, at)] : [],
  );
  return below.reduce((total, bytes) => total + bytes, all[index].selfBytes);
}

/** The stacks of a heap that is drawn as text. */
function stacksOf(text: string, nodes: Readonly<Record<string, NodeText>>): Frame[] {
  const { graph } = heap(text, nodes);
  const [shallow, dominator] = [shallowBytes(graph), immediateDominators(graph)];
  const retained = retainedBytes(graph, dominator, shallow);
  return retainedStacks(
    explorationOf('text', { graph, shallow, dominator, retained, classes: classify(graph) }),
  );
}

describe('stacks of owners', () => {
  test('hold every byte of the heap once', () => {
    expect(totalOf(frames)).toBe(things.opened.retained[0]);
  });

  test('take the objects of a class below one owner together', () => {
    const sessions = frames.findIndex(({ name }) => name === '[…] Session');
    expect(frames[sessions]).toMatchObject({
      selfObjects: 299,
      location: { file: 'fixtures/explore/things.js' },
    });
    expect(frames[frames[sessions].parent].name).toContain('Map');
    expect(totalBytes(frames, sessions)).toBeGreaterThan(299 * 24);
  });

  test('tell a list as one frame, however long it is', () => {
    const numbers = Array.from({ length: 50 }, (_, at) => at);
    const list = stacksOf(
      `root -shortcut:g-> global -.head-> n0
      ${numbers.map((at) => `n${at} -.next-> n${at + 1}`).join('\n')}`,
      Object.fromEntries([...numbers, 50].map((at) => [`n${at}`, { name: 'Link' }])),
    );
    expect(totalOf(list)).toBe(53);
    expect(list.map(({ name, selfObjects }) => [name.split(' ').slice(0, 2).join(' '), selfObjects])).toEqual(
      [
        ['(heap)', 1],
        ['global global', 1],
        ['.head Link', 1],
        ['.next Link', 50],
      ],
    );
  });
});

describe('as a file', () => {
  test('for pprof: a gzipped profile with objects and retained bytes', () => {
    const profile = Profile.decode(gunzipSync(serialize('pprof', frames, 'things')));
    const text = (index: unknown) => profile.stringTable.strings[Number(index)];
    expect(profile.sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([
      ['objects', 'count'],
      ['retained', 'bytes'],
    ]);
    expect(profile.sample.reduce((total, { value }) => total + Number(value[1]), 0)).toBe(totalOf(frames));
    const functions = new Map(profile.function.map(({ id, name }) => [Number(id), text(name)]));
    const locations = new Map(
      profile.location.map(({ id, line }) => [Number(id), functions.get(Number(line[0].functionId))]),
    );
    for (const { locationId } of profile.sample)
      expect(locations.get(Number(locationId.at(-1)))).toBe('(heap)');
  });

  test('for speedscope: samples root first, with their weights', () => {
    const file = JSON.parse(serialize('speedscope', frames, 'things').toString('utf8')) as {
      shared: { frames: { name: string }[] };
      profiles: [{ samples: number[][]; weights: number[]; endValue: number; unit: string; type: string }];
    };
    const [{ samples, weights, ...profile }] = file.profiles;
    expect(profile).toMatchObject({ type: 'sampled', unit: 'bytes', endValue: totalOf(frames) });
    expect(weights.reduce((total, weight) => total + weight, 0)).toBe(totalOf(frames));
    expect(samples).toHaveLength(weights.length);
    expect(samples.every(([root]) => file.shared.frames[root].name === '(heap)')).toBe(true);
    expect(Math.max(...samples.flat())).toBeLessThan(file.shared.frames.length);
  });

  test('for flame graphs: a stack and its bytes on each line', () => {
    const lines = serialize('folded', frames, 'things').toString('utf8').trimEnd().split('\n');
    expect(lines.filter((line) => !/^\(heap\)(;[^;]+)* \d+$/.test(line))).toEqual([]);
    expect(lines.reduce((total, line) => total + Number(/\d+$/.exec(line)![0]), 0)).toBe(totalOf(frames));
  });
});

test('the command writes a new file, and never over another one', async () => {
  const out = join(temporaryFolder(), 'heap.folded');
  const [first, second] = [fakeTerminal(), fakeTerminal()];
  expect(await runCli(['export', '-f', 'folded', '-o', out, later], first)).toBe(0);
  expect(first.stdout).toBe(`${out}\n`);
  expect(readFileSync(out, 'utf8')).toMatch(/^\(heap\)/);
  expect(await runCli(['export', '-f', 'folded', '-o', out, later], second)).toBe(2);
  expect(second.stderr).toBe(`leakwatch ${out} exists already, and is left as it is.\n`);
});
