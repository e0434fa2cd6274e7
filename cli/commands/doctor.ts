import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RECORDING_SUFFIX, type Recording } from '../../agent/recording.ts';
import { makePrivateFolder } from '../../agent/run-folder.ts';
import {
  clinicFolderName,
  examine,
  fromClinic,
  processOfClinicFolder,
  readClinicFolder,
  toClinic,
  writeClinicFolder,
  type ProcessDiagnosis,
} from '../../analyzer/doctor/index.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { readRecording } from '../../analyzer/recording-reader.ts';
import { renderDiagnoses } from '../../analyzer/render/doctor.ts';
import { defineCommand, type ExitCode } from '../command.ts';
import { answerOf, askClinic, findClinic } from '../doctor/ask-clinic.ts';
import { showAnswer } from '../explore/ask-snapshot.ts';
import { findRunFolder, shownFolder } from '../run/run-folder.ts';
import { systemReason } from '../system-error.ts';
import { UsageError } from '../usage-error.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Say what is wrong with event loop, collections, CPU, memory and handles',
  usage: '[options] [run folder]',
  details: [
    'Reads the recordings of a run, by default the newest one below .leakwatch; no heap snapshot is needed. Each area of ' +
      'each process is well, ill with evidence and advice, or cannot be told.',
    'Where @clinic/doctor is installed beside the application, it says what it thinks of the same data.',
    'Exit code: 0 all are well, 1 something is wrong, 2 could not tell or could not run.',
  ],
  examples: [
    ['leakwatch doctor', 'of the newest run'],
    ['leakwatch doctor --json .leakwatch/20261120-101500', 'of this one, for a machine to read'],
    ['leakwatch doctor --from-clinic .clinic/4711.clinic-doctor', 'of what clinic doctor has recorded'],
  ],
  options: {
    json: { type: 'string', describe: 'Print the diagnoses as JSON, or with --json=FILE write them' },
    'to-clinic': {
      type: 'string',
      requiresArg: true,
      describe: 'Write the recordings as clinic doctor has them into this folder, too',
    },
    'from-clinic': {
      type: 'string',
      requiresArg: true,
      describe: 'Examine this folder of clinic doctor instead of a run',
    },
    'no-clinic': { type: 'boolean', describe: 'Do not ask @clinic/doctor' },
  },
  async run({ flags, operands, terminal }) {
    const { 'from-clinic': clinicFolder, 'to-clinic': target } = flags;
    if (operands.length > 1) throw new UsageError('Only one run folder can be examined at a time.');
    if (clinicFolder !== undefined && (operands.length > 0 || target !== undefined))
      throw new UsageError('--from-clinic goes with neither a run folder nor --to-clinic.');
    const patients =
      clinicFolder === undefined ? await patientsOfRun(operands[0]) : [patientOfClinic(clinicFolder)];
    if (target !== undefined)
      for (const folder of written(patients, target)) terminal.note(`wrote ${folder}`);
    const processes = await examined(patients, flags['no-clinic'] === true ? null : findClinic(resolve()));
    showAnswer({ state: worstOf(processes), processes }, flags, terminal, ({ colors, width }) => [
      renderDiagnoses(processes, { color: colors.isColorSupported, width }).trimEnd(),
    ]);
    return EXIT_CODE[worstOf(processes)];
  },
});

const EXIT_CODE: Readonly<Record<ProcessDiagnosis['state'], ExitCode>> = { healthy: 0, ill: 1, unknown: 2 };

interface Patient {
  readonly recording: Recording;
  /** Where clinic doctor's own data of it lies; null when it was not recorded by that. */
  readonly clinicFolder: string | null;
}

async function patientsOfRun(given: string | undefined): Promise<readonly Patient[]> {
  const folder = findRunFolder(given);
  const files = readdirSync(folder).filter((name) => name.endsWith(RECORDING_SUFFIX));
  if (files.length === 0) throw new LeakwatchError('RUN_FOLDER', `${folder} holds no recording.`);
  const recordings = await Promise.all(files.map((name) => readRecording(join(folder, name))));
  return recordings
    .toSorted((a, b) => a.header.startedAt - b.header.startedAt)
    .map((recording) => ({ recording, clinicFolder: null }));
}

function patientOfClinic(folder: string): Patient {
  const recording = fromClinic(readClinicFolder(folder), processOfClinicFolder(folder));
  return { recording, clinicFolder: resolve(folder) };
}

/** @throws LeakwatchError CLINIC_FOLDER when it cannot be written */
function written(patients: readonly Patient[], target: string): readonly string[] {
  return patients.map(({ recording }) => {
    const { pid, threadId } = recording.header;
    const name = clinicFolderName(threadId === 0 ? String(pid) : `${pid}-${threadId}`);
    const folder = join(resolve(target), name);
    try {
      makePrivateFolder(folder);
      writeClinicFolder(folder, toClinic(recording));
    } catch (error) {
      throw new LeakwatchError('CLINIC_FOLDER', `${folder} cannot be written: ${systemReason(error)}.`);
    }
    return shownFolder(folder);
  });
}

/** One after the other: clinic doctor takes a CPU and some 200 MB for each. @param clinic null asks it not */
async function examined(
  patients: readonly Patient[],
  clinic: string | null,
): Promise<readonly ProcessDiagnosis[]> {
  const processes: ProcessDiagnosis[] = [];
  for (const { recording, clinicFolder } of patients) {
    const own = examine(recording);
    const isAsked = clinic !== null && own.state !== 'unknown';
    if (!isAsked) processes.push(own);
    else if (clinicFolder === null) processes.push({ ...own, clinic: await askClinic(clinic, recording) });
    else
      processes.push({
        ...own,
        clinic: await answerOf({ packageFolder: clinic, dataFolder: clinicFolder }),
      });
  }
  return processes;
}

/** Launchers and short helpers of which nothing can be told do not speak for the run. */
function worstOf(processes: readonly ProcessDiagnosis[]): ProcessDiagnosis['state'] {
  if (processes.some(({ state }) => state === 'ill')) return 'ill';
  return processes.some(({ state }) => state === 'healthy') ? 'healthy' : 'unknown';
}
