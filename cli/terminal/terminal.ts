import { createColors } from 'picocolors';
import type { Colors } from 'picocolors/types';
import { StatusRow } from './status-row.ts';

const MAX_WIDTH = 110;
const MIN_WIDTH = 40;
const WIDTH_OF_A_FILE = 100;

/** One of the two streams a program has. */
export interface Output {
  /** All of them leave the text as it is where no colours are wanted. */
  readonly colors: Colors;
  /** Columns to wrap at. */
  readonly width: number;
  /** Whether a person looks at it, so that lines are cut to its width; a pipe gets them whole. */
  readonly isTerminal: boolean;
  write(text: string): void;
}

/**
 * Where leakwatch speaks. What was asked for goes to stdout. What leakwatch says about its work goes to stderr, and so
 * does all it says beside an application, whose stdout is its own.
 */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  /** One line about what is going on, on stderr. */
  note(text: string): void;
  /** What is the case at the moment: drawn only in a terminal, until the next call; null ends it. */
  status(text: string | null): void;
}

/** The terminal of this process. NO_COLOR and FORCE_COLOR are heeded (no-color.org, force-color.org). */
export function processTerminal({ env, stdout, stderr } = process): Terminal {
  const err = outputTo(stderr, env);
  const mark = err.colors.cyan('leakwatch');
  const row =
    stderr.isTTY && env.TERM !== 'dumb' && !env.CI ? new StatusRow(stderr, err.colors.inverse) : null;
  return {
    out: outputTo(stdout, env),
    err,
    note: (text) => err.write(`${mark} ${text}\n`),
    status: (text) => (text === null ? row?.close() : row?.show(` ${text}`)),
  };
}

function outputTo(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Output {
  return {
    colors: createColors(wantsColor(env, stream)),
    get width() {
      return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, stream.columns ?? WIDTH_OF_A_FILE));
    },
    isTerminal: Boolean(stream.isTTY),
    write: (text) => void stream.write(text),
  };
}

function wantsColor(env: NodeJS.ProcessEnv, stream: NodeJS.WriteStream): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return Boolean(stream.isTTY) && env.TERM !== 'dumb';
}
