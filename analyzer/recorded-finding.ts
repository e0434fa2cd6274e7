import { createHash } from 'node:crypto';
import type { Confidence, Finding, TraceElement } from './report.ts';

/** What a recording tells of growth that no object of the heap accounts for. */
export interface RecordedGrowth extends Pick<Finding, 'kind' | 'title' | 'fix' | 'evidence'> {
  readonly confidence: Omit<Confidence, 'level'>;
  /** What grows, the same words in every run: the finding is known again by them. */
  readonly subject: string;
  /** The subject, with what this run tells of it. */
  readonly name: string;
  /** What it is counted in, and where that lies. */
  readonly what: string;
  readonly container: string;
  readonly objects: readonly number[];
  readonly bytes: readonly number[];
  readonly objectsPerMinute: number | null;
  readonly bytesPerMinute: number;
  /** How it came about, and what it has gained: the end of the trace. */
  readonly via: string;
  readonly gained: string;
}

/** A finding without a holder: nobody knows more of it than that the process has it. */
export function recordedFinding(grown: RecordedGrowth): Finding {
  const { kind, title, fix, evidence, name, what, objects, bytes, objectsPerMinute, bytesPerMinute } = grown;
  return {
    kind,
    title,
    confidence: { level: 'medium', ...grown.confidence },
    fingerprint: createHash('sha1').update(`${kind}\n${grown.subject}`).digest('hex').slice(0, 16),
    culprit: {
      name,
      className: null,
      property: null,
      container: grown.container,
      package: null,
      location: null,
      sites: [],
    },
    growth: {
      what,
      objects,
      bytes,
      objectsPerMinute,
      bytesPerMinute,
      shareOfHeapGrowth: null,
      survival: null,
    },
    trace: [
      element({ label: 'the process', via: '', status: 'expected', reason: null }),
      element({ label: name, via: grown.via, status: 'leaking', reason: grown.gained }),
    ],
    fix,
    evidence,
    related: [],
  };
}

function element(told: Pick<TraceElement, 'label' | 'via' | 'status' | 'reason'>): TraceElement {
  return { ...told, location: null, foldedSteps: 0 };
}
