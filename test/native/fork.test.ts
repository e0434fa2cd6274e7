import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { readSnapshot } from '../../analyzer/heap/read-snapshot.ts';
import type { SnapshotTaken } from '../../agent/recording.ts';
import { ROOT } from '../helpers/leakwatch.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { AGENT_API, entriesOf, runApp } from '../agent/run-app.ts';
import { CAN_FORK } from './native-part.ts';

const DIST = join(ROOT, 'dist', 'agent');

/** What an application sees of a snapshot that it asks for, printed as JSON; `kept` is something to find in it. */
const ASKS = `
  const { startAgent } = require(${JSON.stringify(AGENT_API)});
  const agent = startAgent();
  class Kept {}
  globalThis.kept = Array.from({ length: 2000 }, () => new Kept());
  const show = (taken) => console.log(JSON.stringify(taken));
`;

describe.each(NODE_MAJORS)('Node %i', (major) => {
  const node = nodeBinary(major);

  test.runIf(CAN_FORK)('a copy of the process writes the snapshot, which the recording tells', async () => {
    const folder = temporaryFolder();
    const source = `${ASKS}
      process.on('SIGCHLD', () => console.log('a child ended'));
      process.on('exit', () => console.log('exit'));
      agent.takeSnapshot({ mode: 'fork' }).then(show);`;
    const app = await runApp({ source, node, folder, nodeOptions: [] });
    const [first, ...rest] = app.stdout.trim().split('\n');
    const taken = JSON.parse(first) as SnapshotTaken;
    expect(taken).toMatchObject({ status: 'written', mode: 'fork', reason: 'api', sequence: 1 });
    expect(rest).toEqual(['exit']);
    expect(app).toMatchObject({ exitCode: 0, stderr: '' });
    expect(entriesOf(app.recordings[0], 'snapshot')).toEqual([
      expect.objectContaining({ file: taken.file, attempts: taken.attempts, mode: 'fork' }),
    ]);
    const nodes = await nodesOf(join(folder, 'run', taken.file ?? ''));
    const kept = [...nodes].filter(([key]) => key.startsWith('object ') && key.endsWith(' Kept'));
    expect(kept.map(([, count]) => count)).toContain(2000);
  });

  test.runIf(CAN_FORK)('the file holds what an ordinary snapshot of the same moment holds', async () => {
    const folder = temporaryFolder();
    const app = await runApp({ source: WRITES_BOTH, node, folder, nodeOptions: ['--no-warnings'] });
    expect(app).toMatchObject({ exitCode: 0, stderr: '' });
    const [forked, ordinary] = await Promise.all(
      ['forked.heapsnapshot', 'normal.heapsnapshot'].map((name) => nodesOf(join(folder, name))),
    );
    expect(forked.size).toBeGreaterThan(10_000);
    expect(forked).toEqual(ordinary);
  });
});

/** Writes `forked.heapsnapshot` in a copy and `normal.heapsnapshot` itself, from one heap; again when the copy had to give up. */
const WRITES_BOTH = `
  const { writeHeapSnapshot } = require('node:v8');
  const { join } = require('node:path');
  const { loadAddon } = require(${JSON.stringify(join(DIST, 'snapshot-addon.js'))});
  const { watchCopy } = require(${JSON.stringify(join(DIST, 'snapshot-copy.js'))});
  const { addon } = loadAddon();
  class Kept { constructor(i) { this.half = i + 0.5; this.list = [i]; this.text = 'number ' + i; } }
  globalThis.kept = new Map(Array.from({ length: 2000 }, (_, i) => [i, new Kept(i)]));
  const paths = ['forked', 'normal'].map((name) => join(process.cwd(), name + '.heapsnapshot'));
  const both = async () => {
    writeHeapSnapshot('/dev/null'); // what is garbage is gone then, and what is compiled when it is first needed is there
    while (addon.busyThreads() > 0) await new Promise((resume) => setTimeout(resume, 5));
    const pid = addon.fork(2 ** 32, 100, 1000);
    writeHeapSnapshot(paths[pid === 0 ? 0 : 1]);
    addon.exit(0);
    const end = await watchCopy(addon, pid, { wallSeconds: 100, keepsAlive: true });
    if (end.isWorthAnother) return both();
    if (!end.isWritten) throw new Error(end.detail);
  };
  both();`;

/** Type, name, size and number of edges of a node -> how many there are. */
async function nodesOf(file: string): Promise<ReadonlyMap<string, number>> {
  const graph = await readSnapshot(file);
  const counts = new Map<string, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeTypeNames[graph.nodeType[node]];
    const edges = graph.firstEdge[node + 1] - graph.firstEdge[node];
    const key = `${type} ${graph.selfSize[node]} ${edges} ${graph.strings.get(graph.nodeName[node])}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
