import { basename } from 'node:path';
import { ENDINGS, FORMATS, serialize } from '../../analyzer/explore/export/formats.ts';
import { retainedStacks } from '../../analyzer/explore/export/retained-stacks.ts';
import { newFile } from '../../analyzer/explore/new-file.ts';
import { bytesText } from '../../analyzer/render/units.ts';
import { defineCommand } from '../command.ts';
import { openSnapshot, snapshotFile } from '../explore/ask-snapshot.ts';
import { oneOf } from '../explore/list-options.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write who retains how much as a profile for pprof, speedscope or flame graphs',
  usage: '[options] <file.heapsnapshot>',
  details: [
    'A stack is a chain of owners: each is the object without which the next would be free. Objects of one class below one ' +
      'owner are one frame, whose own value is their shallow size and whose total is what they retain.',
  ],
  examples: [
    ['leakwatch export --format speedscope heap.heapsnapshot', 'for speedscope.app'],
    ['leakwatch export -f folded -o heap.folded heap.heapsnapshot', 'for flamegraph.pl'],
  ],
  options: {
    format: {
      type: 'string',
      alias: 'f',
      requiresArg: true,
      default: 'pprof',
      describe: 'pprof, speedscope or folded',
    },
    out: {
      type: 'string',
      alias: 'o',
      requiresArg: true,
      describe: 'The new file; by default named after the snapshot',
    },
  },
  async run({ flags, operands, terminal }) {
    const format = oneOf('format', FORMATS, flags.format);
    const from = snapshotFile(operands, 'export');
    const name = basename(from).replace(/(\.heapsnapshot)?(\.gz|\.zst)?$/, '');
    const to = flags.out ?? `${name}${ENDINGS[format]}`;
    const exploration = await openSnapshot(from, terminal);
    const content = serialize(format, retainedStacks(exploration), name);
    const file = await newFile(to, false);
    file.write(content);
    await file.finish();
    terminal.note(`${bytesText(exploration.retained[0])} of heap in ${bytesText(content.length)}`);
    terminal.out.write(`${to}\n`);
    return 0;
  },
});
