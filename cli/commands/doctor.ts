import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDING_SUFFIX } from '../../agent/recording.ts';
import { examine, type ProcessDiagnosis } from '../../analyzer/doctor/index.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { readRecording } from '../../analyzer/recording-reader.ts';
import { renderDiagnoses } from '../../analyzer/render/doctor.ts';
import { defineCommand, type ExitCode } from '../command.ts';
import { findRunFolder } from '../run/run-folder.ts';
import { UsageError } from '../usage-error.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Say what is wrong with event loop, collections, CPU, memory and handles',
  usage: '[options] [run folder]',
  details: [
    'Reads the recordings of a run, by default the newest one below .leakwatch; no heap snapshot is needed. Each area of ' +
      'each process is well, ill with evidence and advice, or cannot be told.',
    'Exit code: 0 all are well, 1 something is wrong, 2 could not tell or could not run.',
  ],
  examples: [
    ['leakwatch doctor', 'of the newest run'],
    ['leakwatch doctor --json .leakwatch/20261120-101500', 'of this one, for a machine to read'],
  ],
  options: {
    json: { type: 'boolean', describe: 'Print the diagnoses as JSON' },
  },
  async run({ flags, operands, terminal }) {
    if (operands.length > 1) throw new UsageError('Only one run folder can be examined at a time.');
    const processes = await examinedRun(findRunFolder(operands[0]));
    const { colors, width } = terminal.out;
    terminal.out.write(
      flags.json === true
        ? `${JSON.stringify({ state: worstOf(processes), processes }, null, 2)}\n`
        : renderDiagnoses(processes, { color: colors.isColorSupported, width }),
    );
    return EXIT_CODE[worstOf(processes)];
  },
});

const EXIT_CODE: Readonly<Record<ProcessDiagnosis['state'], ExitCode>> = { healthy: 0, ill: 1, unknown: 2 };

async function examinedRun(folder: string): Promise<readonly ProcessDiagnosis[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(RECORDING_SUFFIX));
  if (files.length === 0) throw new LeakwatchError('RUN_FOLDER', `${folder} holds no recording.`);
  const recordings = await Promise.all(files.map((name) => readRecording(join(folder, name))));
  return recordings.toSorted((a, b) => a.header.startedAt - b.header.startedAt).map(examine);
}

/** Launchers and short helpers of which nothing can be told do not speak for the run. */
function worstOf(processes: readonly ProcessDiagnosis[]): ProcessDiagnosis['state'] {
  if (processes.some(({ state }) => state === 'ill')) return 'ill';
  return processes.some(({ state }) => state === 'healthy') ? 'healthy' : 'unknown';
}
