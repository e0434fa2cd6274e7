#!/usr/bin/env node
import { runCli } from './cli.ts';
import { processTerminal } from './terminal/terminal.ts';

// Whoever reads our output may go away (`| head`); that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), processTerminal());
}

void main();
