import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LeakwatchError } from '../error.ts';

const MOST_BYTES = 64 * 1024 * 1024;

interface Answer<Result> {
  readonly result?: Result;
  readonly fault?: { readonly code: string; readonly message: string };
}

/**
 * Asks a script beside this one, in a process of its own, so that neither the heap under test nor the modules of a test
 * runner see anything of the analyzer.
 * @throws LeakwatchError as the script does
 */
export async function askProcess<Result>(script: string, words: readonly string[]): Promise<Result> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, script), ...words], {
    env,
    maxBuffer: MOST_BYTES,
  });
  const { result, fault } = JSON.parse(stdout) as Answer<Result>;
  if (fault) throw new LeakwatchError(fault.code, fault.message);
  return result as Result;
}

/** The other end: answers with what `work` makes of the process's arguments, or with its fault. */
export async function answerAsProcess(work: (words: readonly string[]) => Promise<unknown>): Promise<void> {
  try {
    process.stdout.write(JSON.stringify({ result: await work(process.argv.slice(2)) }));
  } catch (error) {
    if (!(error instanceof LeakwatchError)) throw error;
    process.stdout.write(JSON.stringify({ fault: { code: error.code, message: error.message } }));
  }
}
