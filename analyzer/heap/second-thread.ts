import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadTasks } from './heap-thread.ts';

/** One more thread for the heap's columns, which does one task at a time. */
export interface SecondThread {
  run<Task extends keyof ThreadTasks>(
    task: Task,
    input: Parameters<ThreadTasks[Task]>[0],
  ): Promise<ReturnType<ThreadTasks[Task]>>;
  close(): Promise<void>;
}

const WORTH_A_THREAD_BYTES = 4 << 20; // a thread takes about 30 ms to start, as long as such a file to read

const LIMITS = { maxYoungGenerationSizeMb: 4 }; // its work is columns, which lie outside of its heap

/**
 * @returns null for a file too small to be worth it, for what is no file, and where the compiled program is not at hand: from
 * TypeScript sources all is done on one thread
 */
export function secondThreadFor(path: string): SecondThread | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size < WORTH_A_THREAD_BYTES) return null;
  const program = join(__dirname, 'heap-thread.js');
  return existsSync(program)
    ? threadOf(new Worker(program, { execArgv: [], env: {}, resourceLimits: LIMITS }))
    : null;
}

function threadOf(worker: Worker): SecondThread {
  worker.unref();
  return {
    run: async (task, input) => {
      worker.ref();
      try {
        return await nextAnswer(worker, () => worker.postMessage({ task, input }, []));
      } finally {
        worker.unref();
      }
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Asks, and waits for the answer or for the thread's end. */
function nextAnswer<Result>(worker: Worker, ask: () => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stopListening = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    const onMessage = (answer: ThreadAnswer): void => {
      stopListening();
      if ('error' in answer) reject(answer.error);
      else resolve(answer.result as Result);
    };
    const onError = (error: Error): void => {
      stopListening();
      reject(error);
    };
    const onExit = (code: number): void => onError(new Error(`The second thread ended with ${code}.`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    ask();
  });
}
