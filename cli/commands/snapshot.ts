import { join, relative } from 'node:path';
import type { SnapshotMode } from '../../agent/recording.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { bytesText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { parseDuration } from '../duration.ts';
import type { ObservedThread } from '../run/observed-thread.ts';
import { findRunFolder } from '../run/run-folder.ts';
import { RunObserver } from '../run/run-observer.ts';
import { parseSnapshotMode } from '../run/snapshot-mode.ts';
import { snapshotOf } from '../run/snapshot-answer.ts';
import { snapshotCosts } from '../run/snapshot-costs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

export const snapshotCommand = defineCommand({
  name: 'snapshot',
  summary: 'Ask a running agent for a heap snapshot',
  usage: '[options] [run folder]',
  details: [
    'Asks the application that records into the folder, by default the newest one below .leakwatch. It stands still ' +
      'while the snapshot is written, about a second for every 20 MB of heap; with `--mode fork` a copy of it writes ' +
      'while it goes on. The path of the snapshot goes to stdout.',
  ],
  examples: [
    ['leakwatch snapshot', 'of the newest run'],
    ['leakwatch snapshot --mode fork', 'without stopping it'],
    ['leakwatch snapshot --pid 4711 /var/tmp/leakwatch', 'of one of several processes'],
  ],
  options: {
    pid: { type: 'number', requiresArg: true, describe: 'The process, when several record into the folder' },
    mode: {
      type: 'string',
      requiresArg: true,
      describe: 'Who takes it: in-process, fork, auto (default: what the agent was told)',
    },
    timeout: { type: 'string', requiresArg: true, default: '2m', describe: 'How long to wait for it' },
  },
  async run({ flags, operands, terminal }) {
    if (operands.length > 1) throw new UsageError('Only one run folder can be asked at a time.');
    const mode = flags.mode === undefined ? undefined : parseSnapshotMode(flags.mode);
    const observer = new RunObserver(findRunFolder(operands[0]));
    try {
      await observer.refresh();
      const signal = AbortSignal.timeout(parseDuration(flags.timeout));
      for (const target of targetsIn(observer, flags.pid))
        await takeSnapshot({ observer, target, mode, signal, terminal });
    } finally {
      await observer.close();
    }
    return 0;
  },
});

function targetsIn(observer: RunObserver, pid: number | undefined): readonly ObservedThread[] {
  const running = observer.application.filter((thread) => pid === undefined || thread.pid === pid);
  if (running.length > 0) return running;
  const which = pid === undefined ? 'No running process' : `No running process ${pid}`;
  throw new LeakwatchError('NOTHING_RUNS', `${which} records into ${observer.folder}.`);
}

interface SnapshotOrder {
  readonly observer: RunObserver;
  readonly target: ObservedThread;
  readonly mode: SnapshotMode | undefined;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

async function takeSnapshot({ observer, target, mode, signal, terminal }: SnapshotOrder): Promise<void> {
  terminal.note(`asking ${target.id}`);
  const taken = await snapshotOf(observer, target, { reason: 'request', mode, signal });
  if (taken === 'ended' || taken === 'silent') {
    throw new LeakwatchError(
      'NO_ANSWER',
      `${target.id} gave no snapshot in time: its event loop is blocked, or it is gone.`,
    );
  }
  if (taken.status !== 'written' || taken.file === undefined) {
    throw new LeakwatchError('REFUSED', `${target.id} took no snapshot: ${taken.detail ?? taken.status}`);
  }
  terminal.note(`${bytesText(taken.fileBytes ?? 0)}${snapshotCosts(taken)}`);
  terminal.out.write(`${relative('', join(observer.folder, taken.file))}\n`);
}
