import { basename, join } from 'node:path';
import { makePrivateFolder } from '../../agent/run-folder.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { redact } from '../../analyzer/explore/redact/redact.ts';
import type { Redaction } from '../../analyzer/explore/redact/redact.ts';
import { defineCommand } from '../command.ts';
import { checkIsFile, readingStatus } from '../explore/ask-snapshot.ts';
import { systemReason } from '../system-error.ts';
import { UsageError } from '../usage-error.ts';

export const redactCommand = defineCommand({
  name: 'redact',
  summary: 'Write a heap snapshot that can be shared: its texts become hashes',
  usage: '[options] <file> <new file> | <file>… --out <folder>',
  details: [
    'The text of every string, and every key of an object used as a dictionary, is replaced by its length and a hash. The key of ' +
      'the hash is random and not kept; equal texts stay equal within one call, so give all snapshots of a run at once. Objects, ' +
      'sizes, ids and references stay, as do the names of properties, classes, functions and scripts, and so does the verdict.',
    'Look through what is left with `leakwatch strings` before you send it: names are yours, too.',
  ],
  examples: [
    ['leakwatch redact heap.heapsnapshot shared.heapsnapshot.gz', 'packed by gzip'],
    ['leakwatch redact *.heapsnapshot --out shared', 'several that belong together'],
  ],
  options: {
    out: {
      type: 'string',
      alias: 'o',
      requiresArg: true,
      describe: 'A folder for all of them, under their names',
    },
    paths: {
      type: 'boolean',
      default: false,
      describe: 'Replace folder and file names as well; lines cannot be shown then',
    },
  },
  async run({ flags, operands, terminal }) {
    const redactions = redactionsOf(operands, flags.out);
    for (const { from } of redactions) {
      checkIsFile(from);
      if (from === '-') throw new UsageError('Standard input cannot be redacted: it is read twice.', HINT);
    }
    if (flags.out !== undefined) makeFolder(flags.out);
    const onProgress = (share: number, file: string) => readingStatus(terminal, file, share);
    await redact(redactions, { paths: flags.paths, onProgress }).finally(() => terminal.status(null));
    for (const { to } of redactions) terminal.out.write(`${to}\n`);
    return 0;
  },
});

/** @throws LeakwatchError REDACTED_FOLDER when it cannot be made */
function makeFolder(folder: string): void {
  try {
    makePrivateFolder(folder);
  } catch (error) {
    throw new LeakwatchError('REDACTED_FOLDER', `${folder} cannot be made: ${systemReason(error)}.`);
  }
}

function redactionsOf(operands: readonly string[], out: string | undefined): Redaction[] {
  if (operands.length === 0) throw new UsageError('The snapshot to redact is missing.', HINT);
  if (out !== undefined) return operands.map((from) => ({ from, to: join(out, basename(from)) }));
  if (operands.length === 2) return [{ from: operands[0], to: operands[1] }];
  throw new UsageError(
    operands.length === 1 ? 'The new file is missing.' : 'Several snapshots go into a folder.',
    HINT,
  );
}

const HINT = 'Write `leakwatch redact heap.heapsnapshot shared.heapsnapshot`, or --out with a folder.';
