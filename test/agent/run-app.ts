/** Runs small applications under the built agent, in real processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

import { readRecording } from '../../analyzer/recording-reader.ts';
import {
  RECORDING_SUFFIX,
  type Recording,
  type RecordingEntry,
  type RecordingHeader,
} from '../../agent/recording.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { WhenFinished } from '../helpers/temporary-folder.ts';

export const AGENT = join(__dirname, '..', '..', 'dist', 'agent', 'index.js');
export const AGENT_API = join(__dirname, '..', '..', 'dist', 'agent', 'agent.js');

export interface AppOptions {
  /** CommonJS unless `extension` says otherwise. */
  readonly source: string;
  readonly extension?: 'cjs' | 'mjs';
  readonly node?: string;
  /** Node's own options. The agent is loaded by --require unless these or NODE_OPTIONS in `env` name it. */
  readonly nodeOptions?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** With a channel for messages, as `fork` makes one. */
  readonly hasChannel?: boolean;
  /** A shell command that the process is started by, of which `"$@"` is the process. */
  readonly shell?: string;
  /** `onTestFinished` of its context, of a test that runs beside others. */
  readonly onTestFinished?: WhenFinished;
}

export interface RunningApp {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly runFolder: string;
  /** The path of the main thread's recording. */
  readonly recordingFile: string;
  readonly ended: Promise<AppResult>;
}

export interface AppResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of all processes and threads, the first process's main thread first. */
  readonly recordings: readonly Recording[];
}

/** Starts an application; LEAKWATCH_DIR is a fresh folder unless `env` sets it. */
export function startApp(options: AppOptions): RunningApp {
  const whenFinished = options.onTestFinished ?? onTestFinished;
  const folder = options.folder ?? temporaryFolder(whenFinished);
  const runFolder = options.env?.LEAKWATCH_DIR ?? join(folder, 'run');
  const script = join(folder, `app.${options.extension ?? 'cjs'}`);
  writeFileSync(script, options.source);
  const nodeOptions = options.nodeOptions ?? (options.env?.NODE_OPTIONS ? [] : ['--require', AGENT]);
  const command = [options.node ?? process.execPath, ...nodeOptions, script, ...(options.args ?? [])];
  const [program, ...words] =
    options.shell === undefined ? command : ['/bin/sh', '-c', options.shell, 'sh', ...command];
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, LEAKWATCH_DIR: runFolder, LEAKWATCH_INTERVAL_MS: '50', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.hasChannel === true ? (['ipc'] as const) : [])],
  });
  whenFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const recordingFile = join(runFolder, `${pid}-0${RECORDING_SUFFIX}`);
  return { child, pid, runFolder, recordingFile, ended: resultOf(child, pid, runFolder) };
}

/** Runs an application to its end. */
export function runApp(options: AppOptions): Promise<AppResult> {
  return startApp(options).ended;
}

/** The entries of one type, in order. */
export function entriesOf<Type extends RecordingEntry['type']>(
  recording: Recording,
  type: Type,
): Extract<RecordingEntry, { type: Type }>[] {
  return recording.entries.filter(
    (entry): entry is Extract<RecordingEntry, { type: Type }> => entry.type === type,
  );
}

/** Waits until `find` answers something, looking at the recording again and again; fails with the test's own timeout. */
export async function waitForEntry<Entry>(
  file: string,
  find: (entries: readonly RecordingEntry[], header: RecordingHeader) => Entry | undefined,
): Promise<Entry> {
  for (;;) {
    const hasBegun = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (hasBegun) {
      const { entries, header } = await readRecording(file);
      const found = find(entries, header);
      if (found !== undefined) return found;
    }
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

async function resultOf(child: ChildProcess, pid: number, runFolder: string): Promise<AppResult> {
  const [[exitCode, signal], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { exitCode, signal, stdout, stderr, recordings: await recordingsIn(runFolder, pid) };
}

async function recordingsIn(folder: string, firstPid: number): Promise<readonly Recording[]> {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(RECORDING_SUFFIX))
    : [];
  const recordings = await Promise.all(names.map((name) => readRecording(join(folder, name))));
  const rank = ({ header }: Recording) => (header.pid === firstPid ? header.threadId : Infinity);
  return recordings.toSorted((a, b) => rank(a) - rank(b) || a.header.pid - b.header.pid);
}
