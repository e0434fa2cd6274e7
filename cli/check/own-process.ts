import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { LeakwatchError } from '../../analyzer/error.ts';
import { formatDuration } from '../duration.ts';
import { describeEnd, startApp } from '../run/app-process.ts';
import type { ProcessEnd } from '../run/app-process.ts';
import { passSignalsTo } from '../run/interruption.ts';
import { andSaid, OUTPUT_FILE } from './last-words.ts';

const ANSWER_FILE = 'answer';

/** A script of ours that runs the code of others. */
export interface OwnProcess {
  /** Beside this one; called with the order as JSON, it ends with {@link answer}. */
  readonly script: string;
  readonly order: object;
  /** For the answer, and for what is printed; nothing of either is left when all went well. */
  readonly folder: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Whose code it runs: `The scenario`. */
  readonly subject: string;
}

/** What a script gets, beside its order. */
export interface AnswerPlace {
  readonly folder: string;
}

/** What it answers: a result, or one sentence that says why there is none. */
export type Answer<Result> =
  { readonly result: Result; readonly fault?: never } | { readonly result?: never; readonly fault: string };

/**
 * The answer of a script in a process of its own, with what it starts: that may print, end the process, hang, crash, use
 * all memory or keep something running. All of it has ended then.
 * @throws LeakwatchError INTERRUPTED
 */
export async function answerOf<Result>(own: OwnProcess): Promise<Answer<Result>> {
  const { script, order, folder, cwd } = own;
  const outputFile = join(folder, OUTPUT_FILE);
  const words = [join(__dirname, script), JSON.stringify({ ...order, folder })];
  const app = await startApp([process.execPath, ...process.execArgv, ...words], process.env, {
    outputFile,
    cwd,
  });
  const interruption = passSignalsTo({ signal: () => app.signal('SIGKILL') }, false);
  let isLate = false;
  const limit = setTimeout(() => (isLate = app.signal('SIGKILL')), own.timeoutMs);
  const end = await app.ended;
  clearTimeout(limit);
  interruption.release();
  app.endRest();
  if (interruption.signal.aborted) throw new LeakwatchError('INTERRUPTED', 'The check was interrupted.');
  const said = lastOf(outputFile);
  if (said === '') rmSync(outputFile);
  return takeAnswer<Result>(folder) ?? { fault: isLate ? tooLate(own) : whyItEnded(own, end, said) };
}

/** The script's end: writes its answer, whole or not at all, and ends the process whatever is still going on in it. */
export function answer(value: Answer<unknown>, { folder }: AnswerPlace): never {
  const file = join(folder, ANSWER_FILE);
  writeFileSync(`${file}.part`, serialize(value), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  process.exit(0);
}

/** What came of a script's work, as its answer. */
export const resultOf = <Result>(result: Result): Answer<Result> => ({ result });

/** Why it came to none. What is no fault of others stays a crash. */
export function faultOf(error: unknown): Answer<never> {
  if (error instanceof LeakwatchError) return { fault: error.message };
  throw error;
}

function takeAnswer<Result>(folder: string): Answer<Result> | null {
  const file = join(folder, ANSWER_FILE);
  if (!existsSync(file)) return null;
  const taken = deserialize(readFileSync(file)) as Answer<Result>;
  rmSync(file);
  return taken;
}

const LAST_BYTES = 65_536; // an error stands at the end, and nobody knows how much a scenario prints before

function lastOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, LAST_BYTES));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

const tooLate = ({ subject, timeoutMs }: OwnProcess) =>
  `${subject} did not come to its end within ${formatDuration(timeoutMs)}.`;

function whyItEnded({ subject }: OwnProcess, end: ProcessEnd, said: string): string {
  if (/heap out of memory|Allocation failed/.test(said))
    return `${subject} needs more memory than V8's heap may have; --max-old-space-size in NODE_OPTIONS raises the limit.`;
  const error = /^(?:\w*Error\b.*|Uncaught .*)$/m.exec(said)?.[0];
  return `${subject} ended the process (${describeEnd(end)})${andSaid(error)}.`;
}
