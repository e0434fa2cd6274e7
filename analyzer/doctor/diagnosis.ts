/** What the doctor says: of each area of a process that it is well, that something is wrong, or that it cannot tell. */
import type { ClinicOpinion } from './clinic/opinion.ts';
import type { Vitals } from './vitals.ts';

export type Area = 'event-loop' | 'gc' | 'cpu' | 'memory' | 'handles';

export type Examination =
  | { readonly state: 'healthy'; readonly summary: string }
  | { readonly state: 'unknown'; readonly summary: string }
  | {
      readonly state: 'ill';
      readonly summary: string;
      /** A sentence each, the strongest first. */
      readonly evidence: readonly string[];
      readonly advice: readonly string[];
    };

export interface Examiner {
  readonly area: Area;
  examine(vitals: Vitals): Examination;
}

export type Diagnosis = Examination & { readonly area: Area };

export interface ProcessDiagnosis {
  readonly pid: number;
  readonly threadId: number;
  readonly script: string;
  readonly durationMs: number;
  readonly state: Examination['state'];
  readonly diagnoses: readonly Diagnosis[];
  /** Absent where @clinic/doctor was not asked. */
  readonly clinic?: ClinicOpinion;
}

export const healthy = (summary: string): Examination => ({ state: 'healthy', summary });
export const unknown = (summary: string): Examination => ({ state: 'unknown', summary });
