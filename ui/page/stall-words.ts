import type { StallCategory } from '../../agent/recording.ts';

/** Category -> what a person calls it, and what helps against it. */
const WORDS: Readonly<Record<StallCategory, readonly [name: string, advice: string]>> = {
  cpu: [
    'computation',
    'Do less of it per turn, keep its result, or move it into a worker thread; long loops can hand back with `setImmediate` between pieces.',
  ],
  'sync-io': [
    'synchronous I/O',
    'Use the asynchronous form of the call (`fs.promises`, `execFile`): the synchronous one lets everybody else wait.',
  ],
  json: ['JSON', 'Send and read less at once, stream it, or parse it in a worker thread.'],
  regexp: [
    'regular expression',
    'The expression backtracks: make its repetitions unambiguous, bound the length of its input, or use a linear-time engine such as `re2`.',
  ],
  gc: [
    'garbage collection',
    'The heap is large or filled up fast: look at what it keeps, and at what is allocated per request.',
  ],
  microtasks: [
    'microtask storm',
    'Promises or `process.nextTick` feed each other without end: hand back with `setImmediate` between batches.',
  ],
  native: [
    'native call',
    'Use the asynchronous form of the call (`crypto.pbkdf2`, `zlib.gzip`), which works in the thread pool.',
  ],
  starved: [
    'no CPU',
    'The thread was ready and the machine, or the container’s CPU limit, gave it no CPU: give it more, or run less beside it.',
  ],
  unknown: ['not seen', 'It was over before it could be looked at.'],
};

export function stallKind(category: StallCategory): string {
  return (WORDS[category] ?? WORDS.unknown)[0];
}

/** What helps, in a sentence or two with code between backticks. */
export function stallAdvice(category: StallCategory): string {
  return (WORDS[category] ?? WORDS.unknown)[1];
}
