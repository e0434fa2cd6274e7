import type { Command } from '../command.ts';
import { analyzeCommand } from './analyze.ts';
import { openCommand } from './open.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { snapshotCommand } from './snapshot.ts';

/** Every command, in the order the help lists them. */
export const commands: readonly Command[] = [
  runCommand,
  analyzeCommand,
  snapshotCommand,
  openCommand,
  reportCommand,
];
