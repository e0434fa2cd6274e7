import { once } from 'node:events';
import { statSync } from 'node:fs';
import { LeakwatchError } from '../../analyzer/error.ts';
import { startDashboard } from '../../ui/server.ts';
import type { DashboardOptions } from '../../ui/server.ts';
import { defineCommand } from '../command.ts';
import { findRunFolder, shownFolder } from '../run/run-folder.ts';
import { UsageError } from '../usage-error.ts';

export const openCommand = defineCommand({
  name: 'open',
  summary: 'Show a recorded run or snapshot files in the dashboard',
  usage: '[options] [run folder | file.heapsnapshot…]',
  details: [
    'Serves the dashboard of a run, by default the newest one below .leakwatch, on this machine alone and until ' +
      'Ctrl-C. A run that is still going on is followed.',
    'Snapshot files may come from anywhere. They are judged while they can be looked into; two or more of one process ' +
      'show what changed between them.',
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

/** What the operands name: the newest run, a run's folder, or files. */
function subjectOf(paths: readonly string[]): Subject {
  const folders = paths.filter(isFolder);
  if (paths.length === 0 || (paths.length === 1 && folders.length === 1)) {
    const runFolder = findRunFolder(paths[0]);
    return { name: shownFolder(runFolder), options: { runFolder, live: true } };
  }
  if (folders.length > 0)
    throw new UsageError('Only one run can be open at a time, and no snapshot files beside it.');
  const missing = paths.find((path) => !statSync(path, { throwIfNoEntry: false })?.isFile());
  if (missing !== undefined) throw new LeakwatchError('NOT_FOUND', `${missing} does not exist.`);
  const name = paths.length === 1 ? paths[0] : `${paths.length} snapshots`;
  return { name, options: { snapshots: paths, live: true, analyze: true } };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
