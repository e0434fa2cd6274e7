import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { startDashboard } from '../../ui/server.ts';
import type { DashboardOptions } from '../../ui/server.ts';
import { defineCommand } from '../command.ts';
import { REPORT_FILE, findRunFolder, isRunFolder, shownFolder } from '../run/run-folder.ts';
import { UsageError } from '../usage-error.ts';

/** As the agent, and every other tool, names them; also packed. */
const SNAPSHOT_NAME = /\.heapsnapshot(\.gz|\.zst)?$/;

const RUN_FILE = 'run.json';

export const openCommand = defineCommand({
  name: 'open',
  summary: 'Show a recorded run or snapshot files in the dashboard',
  usage: '[options] [folder | file.heapsnapshot…]',
  details: [
    'Serves the dashboard of a run, by default the newest one below .leakwatch, on this machine alone and until ' +
      'Ctrl-C. A run that is still going on is followed.',
    'Snapshot files may come from anywhere, also packed by gzip, and be named by the folder they lie in. They are judged ' +
      'while they can be looked into; two or more of one process show what changed between them.',
  ],
  examples: [
    ['leakwatch open', 'the newest run'],
    ['leakwatch open --port 8080 .leakwatch/20261120-101500', 'this one, there'],
    ['leakwatch open before.heapsnapshot after.heapsnapshot', 'snapshots that any tool has saved'],
  ],
  options: {
    port: { alias: 'p', type: 'number', requiresArg: true, default: 0, describe: 'Port; 0 is any free one' },
  },
  async run({ flags, operands, afterDashes, terminal }) {
    const subject = subjectOf([...operands, ...(afterDashes ?? [])]);
    const dashboard = await startDashboard({ ...subject.options, port: flags.port });
    terminal.note(`${subject.name} on ${terminal.err.colors.underline(dashboard.url)}`);
    terminal.note('Ctrl-C ends it');
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await dashboard.close();
    return 0;
  },
});

interface Subject {
  readonly name: string;
  readonly options: Pick<DashboardOptions, 'runFolder' | 'snapshots' | 'live' | 'analyze'>;
}

/** What the operands name: the newest run, a run's folder or a file in it, a folder of snapshots, or snapshot files. */
function subjectOf(paths: readonly string[]): Subject {
  const run = paths.length > 1 ? null : runFolderOf(paths[0]);
  if (run !== null) return { name: shownFolder(run), options: { runFolder: run, live: true } };
  const [path] = paths;
  if (paths.length === 1 && isFolder(path))
    return snapshotSubject(`the snapshots in ${path}`, snapshotsIn(path));
  const folder = paths.find(isFolder);
  if (folder !== undefined)
    throw new UsageError('Only one folder can be open at a time, and no files beside it.');
  for (const one of paths) checkIsFile(one);
  return snapshotSubject(paths.length === 1 ? path : `${paths.length} snapshots`, paths);
}

function snapshotSubject(name: string, snapshots: readonly string[]): Subject {
  return { name, options: { snapshots, live: true, analyze: true } };
}

/** The run that a path means; null when it means something else. */
function runFolderOf(path: string | undefined): string | null {
  if (path === undefined) return findRunFolder(undefined);
  if (isFolder(path)) return isRunFolder(path) ? findRunFolder(path) : null;
  const isPartOfRun = path.endsWith(RECORDING_SUFFIX) || [RUN_FILE, REPORT_FILE].includes(basename(path));
  return isPartOfRun && isFile(path) ? findRunFolder(dirname(path)) : null;
}

/** The snapshots that lie in a folder. */
function snapshotsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => SNAPSHOT_NAME.test(name));
  if (names.length > 0) return names.toSorted().map((name) => join(folder, name));
  throw new LeakwatchError('RUN_FOLDER', `${folder} holds no recording of a run, and no snapshot.`);
}

function checkIsFile(path: string): void {
  if (isFile(path)) return;
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
  throw new LeakwatchError('NOT_FOUND', `${path} ${isThere ? 'is no file' : 'does not exist'}.`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
