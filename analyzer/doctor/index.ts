/** Reads a recording and says what is wrong with the process. To add an examiner: write a file, and put it into the list below. */
import type { Recording } from '../../agent/recording.ts';
import { collections } from './collections.ts';
import { cpu } from './cpu.ts';
import type { Diagnosis, Examiner, ProcessDiagnosis } from './diagnosis.ts';
import { eventLoop } from './event-loop.ts';
import { handles } from './handles.ts';
import { memory } from './memory.ts';
import { vitalsOf } from './vitals.ts';

export {
  readClinicFolder,
  writeClinicFolder,
  clinicFolderName,
  processOfClinicFolder,
} from './clinic/clinic-files.ts';
export { fromClinic } from './clinic/from-clinic.ts';
export { opinionOf, type ClinicOpinion } from './clinic/opinion.ts';
export { toClinic } from './clinic/to-clinic.ts';
export type { Area, Diagnosis, ProcessDiagnosis } from './diagnosis.ts';

export const EXAMINERS: readonly Examiner[] = [eventLoop, collections, cpu, memory, handles];

/** What is wrong with a process, by its recording alone. Ill when anything is; unknown when nothing can be told. */
export function examine(recording: Recording): ProcessDiagnosis {
  const vitals = vitalsOf(recording);
  const diagnoses = EXAMINERS.map(({ area, examine: look }): Diagnosis => ({ area, ...look(vitals) }));
  const { pid, threadId, script } = recording.header;
  return { pid, threadId, script, durationMs: vitals.durationMs, state: stateOf(diagnoses), diagnoses };
}

function stateOf(diagnoses: readonly Diagnosis[]): ProcessDiagnosis['state'] {
  if (diagnoses.some(({ state }) => state === 'ill')) return 'ill';
  return diagnoses.every(({ state }) => state === 'unknown') ? 'unknown' : 'healthy';
}
