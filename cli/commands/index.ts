import type { Command } from '../command.ts';
import { analyzeCommand } from './analyze.ts';
import { attachCommand } from './attach.ts';
import { checkCommand } from './check.ts';
import { collectionsCommand } from './collections.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { glossaryCommand } from './glossary.ts';
import { inspectCommand } from './inspect.ts';
import { listenersCommand } from './listeners.ts';
import { openCommand } from './open.ts';
import { pathCommand } from './path.ts';
import { promisesCommand } from './promises.ts';
import { redactCommand } from './redact.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { snapshotCommand } from './snapshot.ts';
import { stringsCommand } from './strings.ts';
import { timersCommand } from './timers.ts';
import { topCommand } from './top.ts';

/** Every command, in the order the help lists them. */
export const commands: readonly Command[] = [
  runCommand,
  analyzeCommand,
  snapshotCommand,
  attachCommand,
  checkCommand,
  openCommand,
  reportCommand,
  doctorCommand,
  topCommand,
  diffCommand,
  pathCommand,
  inspectCommand,
  collectionsCommand,
  listenersCommand,
  timersCommand,
  promisesCommand,
  stringsCommand,
  exportCommand,
  redactCommand,
  glossaryCommand,
];
