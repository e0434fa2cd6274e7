import { setImmediate as nextTurn } from 'node:timers/promises';
import { abandon, BlockDecoder, decodeJob, isDecoded } from './block-decoder.ts';
import type { DecodeJob } from './block-decoder.ts';
import { Byte } from './byte-cursor.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { edgeColumns } from './edge-columns.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { SnapshotLayout } from './layout.ts';
import { nodeColumns } from './node-columns.ts';
import type { NodeColumns } from './node-columns.ts';
import { compiledKernel } from './numbers-kernel.ts';
import type { SecondThread } from './second-thread.ts';

const BLOCKS_PER_TURN = 32; // 8 MB between two looks at the event loop: about 20 ms

/**
 * Decodes the nodes, and the edges behind them, on this thread and a second one, and puts the cursor behind the edges.
 * @returns null, with the cursor where it was, when there is no second thread or no file, or it is not as V8 writes it
 */
export async function decodeInParallel(
  cursor: ByteCursor,
  layout: SnapshotLayout,
  thread: SecondThread | null,
): Promise<{ nodes: NodeColumns; edges: EdgeColumns } | null> {
  const { file, totalBytes } = cursor.source;
  if (thread === null || file === null || totalBytes === null) return null;
  if ((await cursor.peek()) !== Byte.openBracket) return null;
  const kernel = compiledKernel();
  if (kernel === null) return null;
  const job = decodeJob({
    kernel,
    fd: file.fd,
    startOffset: cursor.offset + 1,
    fileBytes: totalBytes,
    layout,
    nodes: nodeColumns(layout),
    edges: edgeColumns(layout),
  });
  await decodeOnBoth(job, thread, cursor.onRead);
  if (!isDecoded(job)) return null;
  cursor.seek(job.endOffset[0]);
  return job;
}

async function decodeOnBoth(
  job: DecodeJob,
  thread: SecondThread,
  onRead: (doneBytes: number) => void,
): Promise<void> {
  const other = thread.run('decode', job);
  try {
    const decoder = new BlockDecoder(job);
    let blocks = 0;
    for (let done = decoder.step(); done !== null; done = decoder.step()) {
      if (++blocks % BLOCKS_PER_TURN !== 0) continue;
      onRead(done);
      await nextTurn();
    }
  } catch (error) {
    abandon(job);
    throw error;
  } finally {
    await other;
  }
}
