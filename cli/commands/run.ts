import { setTimeout as sleep } from 'node:timers/promises';
import type { Dashboard } from '../../ui/server.ts';
import { startDashboard } from '../../ui/server.ts';
import { defineCommand } from '../command.ts';
import type { ExitCode } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { describeEnd, shellExitCode } from '../run/app-process.ts';
import { recordRun } from '../run/record-run.ts';
import type { RunOptions } from '../run/record-run.ts';
import { createRunFolder, discardRunFolder, shownFolder, writeRunFile } from '../run/run-folder.ts';
import { RunProgress } from '../run/run-progress.ts';
import { parseSnapshotMode } from '../run/snapshot-mode.ts';
import { REPORT_OPTIONS } from '../show-report.ts';
import type { ReportTarget } from '../show-report.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { giveVerdict } from '../verdict.ts';

// An open page asks for news twice a second; it should still get the verdict.
const LAST_NEWS_MS = 1200;

const options = {
  duration: { alias: 'd', type: 'string', requiresArg: true, describe: 'Stop after this time: 30s, 2m, 1h' },
  load: {
    alias: 'l',
    type: 'string',
    requiresArg: true,
    describe: 'A command that keeps the application busy; starts once it listens, with its port as $PORT',
  },
  warmup: {
    type: 'string',
    requiresArg: true,
    describe: 'Work before the first snapshot (default: a fifth of the duration, or 3s)',
  },
  settle: {
    type: 'string',
    requiresArg: true,
    default: '3s',
    describe: 'Rest between the load and the last snapshot',
  },
  'listen-timeout': {
    type: 'string',
    requiresArg: true,
    default: '30s',
    describe: 'How long the application may take until it listens',
  },
  'snapshot-mode': {
    type: 'string',
    requiresArg: true,
    describe: 'Who takes snapshots: in-process, fork (a copy of the process, without a standstill), auto',
  },
  out: {
    alias: 'o',
    type: 'string',
    requiresArg: true,
    describe: 'Folder of the run (default: .leakwatch/<time>)',
  },
  port: {
    alias: 'p',
    type: 'number',
    requiresArg: true,
    describe: 'Port of the dashboard (default: any free one)',
  },
  'no-dashboard': { type: 'boolean', describe: 'Serve no dashboard' },
  ...REPORT_OPTIONS,
} as const;

export const runCommand = defineCommand({
  name: 'run',
  summary: 'Run an application, watch it, and say whether it leaks',
  usage: '[options] -- <command> [arguments]',
  details: [
    'Starts the command under the agent, takes heap snapshots at the right moments and analyzes them when it has ended. ' +
      'It ends after --duration, with the load, on Ctrl-C, or by itself. The run is kept in a folder that the other ' +
      'commands read.',
    'The application keeps its stdin, stdout and stderr. leakwatch speaks on stderr.',
    'Exit code: 0 clean, 1 a leak, 2 could not tell or could not run. When the application ends by itself with another ' +
      'code than 0, that code (128 and the number for a signal).',
  ],
  examples: [
    [`leakwatch run -d 30s -l 'autocannon http://localhost:$PORT' -- node app.js`, 'under load'],
    ['leakwatch run -- npm start', 'until Ctrl-C'],
    ['leakwatch run -d 2m --json=leak.json -- node worker.js --queue mail', 'for a script'],
  ],
  options,
  async run({ flags, operands, afterDashes, terminal }) {
    const command = commandIn(operands, afterDashes);
    const plan = {
      command,
      load: flags.load ?? null,
      durationMs: flags.duration === undefined ? null : parseDuration(flags.duration),
      warmupMs: flags.warmup === undefined ? null : parseDuration(flags.warmup),
      settleMs: parseDuration(flags.settle),
      listenTimeoutMs: parseDuration(flags['listen-timeout']),
      env: environment(flags['snapshot-mode']),
      inTerminal: Boolean(process.stdin.isTTY || process.stderr.isTTY),
    };
    const runFolder = createRunFolder(flags.out, new Date());
    terminal.note(`recording into ${shownFolder(runFolder)}`);
    const dashboard = flags['no-dashboard']
      ? null
      : await openDashboard(runFolder, flags.port ?? 0, terminal);
    try {
      return await observe({ ...plan, runFolder }, { flags, output: terminal.err, terminal });
    } finally {
      discardRunFolder(runFolder);
      terminal.status(null);
      if (dashboard) await sleep(LAST_NEWS_MS).then(() => dashboard.close());
    }
  },
});

/** The user's own, with what the command line says over it. */
function environment(snapshotMode: string | undefined): NodeJS.ProcessEnv {
  if (snapshotMode === undefined) return process.env;
  return { ...process.env, LEAKWATCH_SNAPSHOT_MODE: parseSnapshotMode(snapshotMode) };
}

function commandIn(operands: readonly string[], afterDashes: readonly string[] | null): readonly string[] {
  const example = 'leakwatch run -- node app.js';
  if (operands.length > 0) {
    const meant = `leakwatch run [options] -- ${[...operands, ...(afterDashes ?? [])].join(' ')}`;
    throw new UsageError(`"${operands[0]}" stands before the --.`, `Write \`${meant}\`.`);
  }
  if (!afterDashes?.length)
    throw new UsageError('The command to run is missing.', `It follows a --: \`${example}\`.`);
  return afterDashes;
}

async function openDashboard(runFolder: string, port: number, terminal: Terminal): Promise<Dashboard> {
  const dashboard = await startDashboard({ runFolder, port, live: true });
  terminal.note(`dashboard on ${terminal.err.colors.underline(dashboard.url)}`);
  return dashboard;
}

async function observe(plan: RunOptions, target: Omit<ReportTarget, 'runFolder'>): Promise<ExitCode> {
  const { terminal } = target;
  const run = { command: plan.command, load: plan.load, startedAt: Date.now() };
  writeRunFile(plan.runFolder, { ...run, endedAt: null, exitCode: null, signal: null });
  const end = await recordRun(plan, new RunProgress(terminal));
  writeRunFile(plan.runFolder, { ...run, endedAt: Date.now(), exitCode: end.exitCode, signal: end.signal });
  if (end.endedBy === 'app') terminal.note(`the application ended by itself: ${describeEnd(end)}`);
  const verdictCode = end.recorded ? await giveVerdict(plan.runFolder, target) : 2;
  if (!end.recorded)
    terminal.note(`no Node.js process was recorded; does \`${plan.command[0]}\` start Node?`);
  return (end.endedBy === 'app' && shellExitCode(end)) || verdictCode;
}
