import { parentPort } from 'node:worker_threads';
import { BlockDecoder } from './block-decoder.ts';
import type { DecodeJob } from './block-decoder.ts';
import { fillParts } from './column-file.ts';
import type { ColumnPart } from './column-file.ts';
import { dominatorTree } from './dominators.ts';
import type { DominatorTree } from './dominators.ts';
import type { SharedGraph } from './shared-graph.ts';
import { fromShared } from './shared-graph.ts';

/** What the second thread can be asked to do; all columns are shared, so messages are small. */
export interface ThreadTasks {
  decode(job: DecodeJob): void;
  dominators(graph: SharedGraph): DominatorTree;
  fill(parts: readonly ColumnPart[]): boolean;
}

const tasks: ThreadTasks = {
  decode: (job) => {
    const decoder = new BlockDecoder(job);
    while (decoder.step() !== null);
  },
  fill: fillParts,
  dominators: (graph) => dominatorTree(fromShared(graph)),
};

export interface ThreadRequest {
  readonly task: keyof ThreadTasks;
  readonly input: never;
}

export type ThreadAnswer = { readonly result: unknown } | { readonly error: Error };

function answer({ task, input }: ThreadRequest): ThreadAnswer {
  try {
    return { result: tasks[task](input) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

const port = parentPort;
port?.on('message', (request: ThreadRequest) => port.postMessage(answer(request), []));
