import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHeap } from '../../analyzer/heap/index.ts';
import { runWithEngine } from './compiled.ts';
import { snapshotText } from './snapshot-text.ts';

let folder: string;
let own: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakwatch-open-'));
  own = join(folder, 'own.heapsnapshot');
  writeHeapSnapshot(own);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Prints a digest of every column, of what the second thread had a part in and of what it had none. */
const DIGESTS = `
  const digest = (column) => column && require('node:crypto').createHash('sha256').update(new Uint8Array(column.buffer)).digest('hex');
  const columns = ({ nodeType, nodeName, nodeId, selfSize, detachedness, firstEdge, edgeType, edgeName, edgeTo }) =>
    [nodeType, nodeName, nodeId, selfSize, detachedness, firstEdge, edgeType, edgeName, edgeTo].map(digest);
  const one = await heap.readSnapshot(packed); // a stream is read in order, on one thread, without WebAssembly
  const shallow = heap.shallowBytes(one);
  const dominator = heap.immediateDominators(one);
  const alone = [columns(one), one.locations.count, one.strings.count, [...dominator], [...heap.retainedBytes(one, dominator, shallow)]];
  const two = await heap.openHeap(file);
  const together = [columns(two.graph), two.graph.locations.count, two.graph.strings.count, [...two.dominator], [...two.retained]];
  console.log(JSON.stringify(alone) === JSON.stringify(together), one.nodeCount > 3);`;

function withFile(path: string, script: string): string {
  const packed = `${path}.gz`;
  writeFileSync(packed, gzipSync(readFileSync(path), { level: 1 }));
  return `const file = ${JSON.stringify(path)}; const packed = ${JSON.stringify(packed)}; ${script}`;
}

describe('openHeap', () => {
  it('gives on two threads what one thread gives', () => {
    expect(statSync(own).size).toBeGreaterThan(4 << 20); // smaller files are read on one thread
    expect(runWithEngine(withFile(own, DIGESTS))).toBe('true true\n');
  });

  it('reads a small file, and one that is laid out unlike V8 does', () => {
    const spaced = join(folder, 'spaced.heapsnapshot');
    writeFileSync(spaced, snapshotText().replaceAll(',', ' ,\n ').replaceAll(':', ' : '));
    expect(runWithEngine(withFile(spaced, DIGESTS))).toBe('true true\n');
    const reordered = join(folder, 'reordered.heapsnapshot');
    const { edges, ...others } = JSON.parse(snapshotText());
    writeFileSync(reordered, snapshotText({ ...others, edges }));
    expect(runWithEngine(withFile(reordered, DIGESTS))).toBe('true true\n');
  });

  it('tells where a damaged file is damaged though two threads read it', () => {
    const damaged = join(folder, 'damaged.heapsnapshot');
    const bytes = readFileSync(own);
    const offset = bytes.indexOf('"edges"') + 400_000;
    bytes[offset] = 0x78;
    writeFileSync(damaged, bytes);
    const script = withFile(
      damaged,
      `await heap.openHeap(file).catch((error) => console.log(error.code, error.section, error.offset));`,
    );
    expect(runWithEngine(script)).toBe(`MALFORMED edges ${offset}\n`);
    truncateSync(damaged, offset - 1);
    expect(runWithEngine(script)).toMatch(/^TRUNCATED /);
  });

  it('says of a file damaged at random what reading in order says', () => {
    const script = `
      const fs = require('node:fs');
      const whole = fs.readFileSync(file);
      const place = async (reading) => reading.then(() => 'read', ({ code, section, offset }) => [code, section, offset].join(' '));
      let state = 7;
      const random = (limit) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % limit;
      for (let run = 0; run < 10; run++) {
        const bytes = Buffer.from(whole);
        bytes[random(bytes.length)] = Buffer.from('09,-]x"\\n').at(random(8));
        fs.writeFileSync(file + '.damaged', bytes);
        fs.writeFileSync(file + '.damaged.gz', require('node:zlib').gzipSync(bytes, { level: 1 }));
        const both = await place(heap.openHeap(file + '.damaged'));
        const one = await place(heap.readSnapshot(file + '.damaged.gz'));
        if (both !== one) console.log(run, both, one);
      }
      console.log('done');`;
    expect(runWithEngine(withFile(own, script))).toBe('done\n');
  });

  it('stops when told to, and ends its thread', () => {
    const script = withFile(
      own,
      `await heap.openHeap(file, { signal: AbortSignal.abort(new Error('enough')) }).catch((error) => console.log(error.message));`,
    );
    expect(runWithEngine(script)).toBe('enough\n');
  });

  it('stops when told to while the second thread is at work', () => {
    const script = withFile(
      own,
      `const controller = new AbortController();
      const onProgress = ({ doneBytes, totalBytes }) => {
        if (doneBytes === totalBytes) setImmediate(() => controller.abort(new Error('enough')));
      };
      await heap.openHeap(file, { signal: controller.signal, onProgress }).catch((error) => console.log(error.message));`,
    );
    expect(runWithEngine(script)).toBe('enough\n');
  });

  it('works from sources on one thread', async () => {
    const { graph, dominator, retained } = await openHeap(own);
    expect(dominator).toHaveLength(graph.nodeCount);
    expect(retained[0]).toBe([...graph.selfSize].reduce((sum, bytes) => sum + bytes));
  });
});

describe('standard input', () => {
  it('is read as a file is', () => {
    const script = `console.log([...(await heap.readSnapshot('-')).nodeId].join())`;
    expect(runWithEngine(script, snapshotText())).toBe('1,3,5,7\n');
  });
});
