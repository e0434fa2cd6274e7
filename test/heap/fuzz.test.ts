import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  classify,
  distances,
  immediateDominators,
  readSnapshot,
  retainedBytes,
  retainers,
  SnapshotError,
} from '../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../analyzer/heap/index.ts';
import { snapshotParts, snapshotText } from './snapshot-text.ts';

const CODES = ['EMPTY', 'NOT_A_SNAPSHOT', 'TRUNCATED', 'MALFORMED', 'TOO_LARGE'];
const SEED = 20;
const whole = Buffer.from(snapshotText());

let path: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-fuzz-'));
  path = join(folder, 'fuzz.heapsnapshot');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads the bytes. @returns 'read' for a sound graph, 'refused' for a typed error with its place, and otherwise what is wrong */
async function outcome(bytes: Uint8Array): Promise<string> {
  writeFileSync(path, bytes);
  const result: unknown = await readSnapshot(path).catch((error: unknown) => error);
  if (!(result instanceof Error)) return unsoundness(result as HeapGraph) ?? 'read';
  return isTyped(result) ? 'refused' : String(result.stack);
}

/** Damage inside of a snapshot has a section and an offset. */
function isTyped(error: Error): boolean {
  if (!(error instanceof SnapshotError) || !CODES.includes(error.code)) return false;
  if (error.code !== 'MALFORMED' && error.code !== 'TRUNCATED') return true;
  return typeof error.section === 'string' && Number.isInteger(error.offset);
}

function unsoundness(graph: HeapGraph): string | null {
  if (graph.firstEdge[graph.nodeCount] !== graph.edgeCount) return 'edges left over';
  if (graph.edgeTo.some((to) => to >= graph.nodeCount)) return 'an edge to nowhere';
  graph.nodeName.forEach((name) => graph.strings.get(name));
  retainedBytes(graph, immediateDominators(graph));
  retainers(graph);
  distances(graph);
  classify(graph);
  return null;
}

const SOUND = expect.stringMatching(/^(read|refused)$/);
const position = fc.nat(whole.length - 1);

describe('a snapshot damaged at random', () => {
  it('is read soundly or refused when bytes were changed', async () => {
    const change = fc.record({
      position,
      byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0129,-]}[{"\\ '))),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const { position: at, byte } of changes) bytes[at] = byte;
        expect(await outcome(bytes)).toEqual(SOUND);
      }),
      { seed: SEED, numRuns: 1500 },
    );
  });

  it('is read soundly or refused when a piece is missing, doubled or put elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(position, position, position, async (one, two, target) => {
        const piece = whole.subarray(Math.min(one, two), Math.max(one, two));
        expect(await outcome(Buffer.concat([whole.subarray(0, one), whole.subarray(two)]))).toEqual(SOUND);
        expect(
          await outcome(Buffer.concat([whole.subarray(0, target), piece, whole.subarray(target)])),
        ).toEqual(SOUND);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('is read soundly or refused when numbers are absurd', async () => {
    const numbers = [...whole.toString().matchAll(/\d+/g)];
    const value = fc.constantFrom(
      '0',
      '1',
      '4294967295',
      '4294967296',
      '9007199254740993',
      '1e400',
      '-1',
      '9'.repeat(400),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...numbers), value, async (match, number) => {
        const text = whole.toString();
        expect(
          await outcome(
            Buffer.from(text.slice(0, match.index) + number + text.slice(match.index + match[0].length)),
          ),
        ).toEqual(SOUND);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('is read soundly or refused whatever the order of its sections', async () => {
    const sections = Object.entries(snapshotParts());
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...sections, ...sections]), async (order) => {
        const text = order.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',\n');
        expect(await outcome(Buffer.from(`{${text}}`))).toEqual(SOUND);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('is refused when values nest without end', async () => {
    for (const opener of ['[', '{"a":', '[[{"b":[']) {
      expect(await outcome(Buffer.from(`{"snapshot":${opener.repeat(100_000)}`))).toBe('refused');
      expect(
        await outcome(
          Buffer.concat([whole.subarray(0, -1), Buffer.from(`,"more":${opener.repeat(100_000)}`)]),
        ),
      ).toBe('refused');
    }
  });
});
