import type { StallCategory } from '../../agent/recording.ts';
import type { Assertion } from './leak-error.ts';
import type { Block } from './longest-block.ts';

const STACK_LINES = 8;

/** What a kind of block is, in words that follow a dash. */
export const STALL_WORDS: Readonly<Record<StallCategory, string>> = {
  cpu: 'it computes',
  'sync-io': 'it waits for files or processes synchronously',
  json: 'it reads or writes JSON',
  regexp: 'it matches a regular expression',
  gc: 'the garbage collector runs for it',
  microtasks: 'it goes from promise to promise without a turn of the event loop',
  native: 'it is in one long call into native code',
  starved: 'it is ready and given no CPU',
  unknown: 'what it does was not seen',
};

/** A scenario that keeps the event loop longer than it may, as a failed assertion. */
export class StallError extends Error {
  override readonly name = 'StallError';
  readonly budgetMs: number;
  readonly block: Block;

  constructor(block: Block, budgetMs: number, assertion: Assertion) {
    super(`The scenario blocks the event loop: ${blockText(block, budgetMs)}\n${stackText(block)}`);
    Error.captureStackTrace(this, assertion);
    this.budgetMs = budgetMs;
    this.block = block;
  }
}

/** "`parseAll` (src/feed.js:12) takes 320 ms, the budget is 50 ms: it reads or writes JSON." */
export function blockText(block: Block, budgetMs: number): string {
  const took = `takes ${Math.round(block.durationMs)} ms, the budget is ${budgetMs} ms`;
  return `${culpritText(block)} ${took}: ${STALL_WORDS[block.category]}.`;
}

function culpritText({ functionName, location }: Block): string {
  const place = location === null ? '' : ` (${location.file}:${location.line})`;
  if (functionName === null) return 'something outside the application';
  return functionName === '' ? `an anonymous function${place}` : `\`${functionName}\`${place}`;
}

const isOwn = (file: string) => file.startsWith(__dirname);

/** Its stack, innermost first, as V8 writes one, without what has no place: the engine's own functions. */
export function stackText({ stack }: Block): string {
  const shown = stack.filter(({ file }) => file !== '' && !isOwn(file)).slice(0, STACK_LINES);
  return shown
    .map(({ functionName, file, line }) => `    at ${functionName || '<anonymous>'} (${file}:${line})`)
    .join('\n');
}
