/** What clinic doctor thinks of a process. */

/** A category as @clinic/doctor names it, or why there is none. */
export type ClinicOpinion =
  | {
      readonly category: ClinicCategory;
      /** What it finds fault with, such as `delay` or `memory.heapTotal`. */
      readonly issues: readonly string[];
    }
  | { readonly failure: string };

const CATEGORIES = ['none', 'event-loop', 'gc', 'io', 'data', 'unknown'] as const;

export type ClinicCategory = (typeof CATEGORIES)[number];

/** The opinion in what its analysis answers; null when that is none. */
export function opinionOf(analysis: unknown): ClinicOpinion | null {
  if (typeof analysis !== 'object' || analysis === null) return null;
  const { issueCategory, issues } = analysis as {
    readonly issueCategory?: unknown;
    readonly issues?: unknown;
  };
  const category = CATEGORIES.find((known) => known === issueCategory);
  return category === undefined ? null : { category, issues: faultsIn(issues, '') };
}

/** The paths below which it says `performance`. */
function faultsIn(value: unknown, path: string): readonly string[] {
  if (value === 'performance') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    faultsIn(inner, path === '' ? name : `${path}.${name}`),
  );
}

const MEANINGS: Readonly<Record<ClinicCategory, string>> = {
  none: 'finds nothing wrong',
  'event-loop': 'suspects the event loop',
  gc: 'suspects the garbage collector',
  io: 'suspects slow input and output',
  data: 'has too little data',
  unknown: 'finds something wrong, and cannot say what',
};

/** The opinion in a sentence. */
export function opinionSentence(opinion: ClinicOpinion): string {
  if ('failure' in opinion) return `@clinic/doctor could not be asked: ${opinion.failure}.`;
  const issues = opinion.issues.length === 0 ? '' : ` (${opinion.issues.join(', ')})`;
  return `@clinic/doctor ${MEANINGS[opinion.category]}${issues}.`;
}
