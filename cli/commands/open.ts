import { once } from 'node:events';
import { startDashboard } from '../../ui/server.ts';
import { defineCommand } from '../command.ts';
import { findRunFolder, shownFolder } from '../run/run-folder.ts';

export const openCommand = defineCommand({
  name: 'open',
  summary: 'Show a recorded run in the dashboard',
  usage: '[options] [run folder]',
  details: [
    'Serves the dashboard of a run, by default the newest one below .leakwatch, on this machine alone and until ' +
      'Ctrl-C. A run that is still going on is followed.',
  ],
  examples: [
    ['leakwatch open', 'the newest run'],
    ['leakwatch open --port 8080 .leakwatch/20261120-101500', 'this one, there'],
  ],
  options: {
    port: { alias: 'p', type: 'number', requiresArg: true, default: 0, describe: 'Port; 0 is any free one' },
  },
  async run({ flags, operands, terminal }) {
    const runFolder = findRunFolder(operands[0]);
    const dashboard = await startDashboard({ runFolder, port: flags.port, live: true });
    terminal.note(`${shownFolder(runFolder)} on ${terminal.err.colors.underline(dashboard.url)}`);
    terminal.note('Ctrl-C ends it');
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await dashboard.close();
    return 0;
  },
});
