/** Run in a process of its own: judges the snapshots it is told of and writes the report to stdout as JSON. */
import { analyzeSnapshots } from '../analyze.ts';
import { LeakwatchError } from '../error.ts';

async function main([root, ...files]: readonly string[]): Promise<void> {
  try {
    process.stdout.write(JSON.stringify({ report: await analyzeSnapshots(files, { root }) }));
  } catch (error) {
    if (!(error instanceof LeakwatchError)) throw error;
    process.stdout.write(JSON.stringify({ fault: { code: error.code, message: error.message } }));
  }
}

void main(process.argv.slice(2));
