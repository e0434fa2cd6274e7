import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { RECORDING_SUFFIX, RECORDING_VERSION } from '../../agent/recording.ts';
import type { RunFile } from '../../agent/recording.ts';
import { makePrivateFolder } from '../../agent/run-folder.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { systemReason } from '../system-error.ts';

/** Where runs are kept, below the folder that leakwatch was started in. */
const RUNS_FOLDER = '.leakwatch';
const RUN_FILE = 'run.json';

/** The verdict, inside a run folder. */
export const REPORT_FILE = 'report.json';

const MASK = '…';

// The name of a program or a script: no option, no assignment, no URL.
const HARMLESS_WORD = /^[\w./][\w./-]*$/;

/**
 * Makes the folder of a new run, readable by its owner alone: the one that is wanted, or one named for the time.
 * @throws LeakwatchError RUN_FOLDER when it cannot be made, or holds another run already
 */
export function createRunFolder(wanted: string | undefined, now: Date): string {
  const folder = wanted === undefined ? unusedFolder(join(RUNS_FOLDER, timestamp(now))) : resolve(wanted);
  try {
    makePrivateFolder(folder);
  } catch (error) {
    throw new LeakwatchError(
      'RUN_FOLDER',
      `The run folder ${folder} cannot be made: ${systemReason(error)}.`,
    );
  }
  if (isRunFolder(folder)) throw new LeakwatchError('RUN_FOLDER', `${folder} already holds a recorded run.`);
  return folder;
}

/** Takes back the folder of a run that has not come about; one that holds more than `run.json` is left alone. */
export function discardRunFolder(folder: string): void {
  if (readdirSync(folder).some((name) => name !== RUN_FILE)) return;
  rmSync(folder, { recursive: true });
}

/** The folder as a person would write it from here. */
export function shownFolder(folder: string): string {
  const path = relative('', folder);
  return path === '' || path.startsWith('..') ? folder : path;
}

/** True for a folder that a run left its recordings in. */
export function isRunFolder(folder: string): boolean {
  return readdirSync(folder).some((name) => name.endsWith(RECORDING_SUFFIX) || name === RUN_FILE);
}

/**
 * The run folder a command is about: the one that was given, or the newest below `.leakwatch`.
 * @throws LeakwatchError RUN_FOLDER
 */
export function findRunFolder(given: string | undefined): string {
  if (given === undefined) return newestRunFolder();
  const folder = resolve(given);
  if (!statSync(folder, { throwIfNoEntry: false }))
    throw new LeakwatchError('RUN_FOLDER', `${given} does not exist.`);
  if (!statSync(folder).isDirectory()) throw new LeakwatchError('RUN_FOLDER', `${given} is no folder.`);
  if (!isRunFolder(folder)) throw new LeakwatchError('RUN_FOLDER', `${given} holds no recording of a run.`);
  return folder;
}

function newestRunFolder(): string {
  const folders = statSync(RUNS_FOLDER, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(RUNS_FOLDER)
    : [];
  const runs = folders
    .map((name) => resolve(RUNS_FOLDER, name))
    .filter((folder) => statSync(folder).isDirectory() && isRunFolder(folder))
    .toSorted((one, other) => basename(one).localeCompare(basename(other)));
  const newest = runs.at(-1);
  if (newest !== undefined) return newest;
  throw new LeakwatchError('RUN_FOLDER', `There is no recorded run in ${resolve(RUNS_FOLDER)}.`);
}

/** Writes `run.json`. Arguments may hold secrets: of a command only the program and what it runs are kept. */
export function writeRunFile(folder: string, run: Omit<RunFile, 'version'>): void {
  const file: RunFile = {
    ...run,
    version: RECORDING_VERSION,
    command: maskArguments(run.command),
    load: run.load === null ? null : maskArguments(run.load.split(/\s+/)).join(' '),
  };
  const draft = join(folder, `${RUN_FILE}.draft`);
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, join(folder, RUN_FILE));
}

function maskArguments(words: readonly string[]): string[] {
  const firstArgument = words.findIndex((word, at) => at > 1 || !HARMLESS_WORD.test(word));
  return firstArgument < 0 ? [...words] : [...words.slice(0, firstArgument), MASK];
}

// Several runs may begin in the same second.
function unusedFolder(path: string): string {
  for (let count = 1; ; count++) {
    const folder = resolve(count === 1 ? path : `${path}_${count}`);
    if (!existsSync(folder)) return folder;
  }
}

// As the agent names the runs that it starts by itself, so that the two sort together.
function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
