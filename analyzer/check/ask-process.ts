import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { LeakwatchError } from '../error.ts';
import type { ScriptText, ScriptTexts } from '../source/source-file.ts';

const MOST_BYTES = 64 * 1024 * 1024;

interface Answer<Result> {
  readonly result?: Result;
  readonly fault?: { readonly code: string; readonly message: string };
}

/**
 * Asks a script beside this one, in a process of its own, so that neither the heap under test nor the modules of a test
 * runner see anything of the analyzer.
 * @param texts of scripts whose files hold something else
 * @throws LeakwatchError as the script does
 */
export async function askProcess<Result>(
  script: string,
  words: readonly string[],
  texts: ScriptTexts,
): Promise<Result> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const answered = promisify(execFile)(process.execPath, [join(__dirname, script), ...words], {
    env,
    maxBuffer: MOST_BYTES,
  });
  answered.child.stdin?.on('error', () => {}); // it has ended by now, which is told by its answer
  answered.child.stdin?.end(JSON.stringify([...texts]));
  const { stdout } = await answered;
  const { result, fault } = JSON.parse(stdout) as Answer<Result>;
  if (fault) throw new LeakwatchError(fault.code, fault.message);
  return result as Result;
}

type Work = (words: readonly string[], texts: ScriptTexts) => Promise<unknown>;

/** The other end: answers with what `work` makes of the process's arguments and scripts, or with its fault. */
export async function answerAsProcess(work: Work): Promise<void> {
  try {
    const texts = new Map(JSON.parse(await text(process.stdin)) as [string, ScriptText][]);
    process.stdout.write(JSON.stringify({ result: await work(process.argv.slice(2), texts) }));
  } catch (error) {
    if (!(error instanceof LeakwatchError)) throw error;
    process.stdout.write(JSON.stringify({ fault: { code: error.code, message: error.message } }));
  }
}
