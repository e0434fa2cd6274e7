import type { HeldFiles, OpenFiles, Recording, Sample } from '../agent/recording.ts';
import { recordedFinding } from './recorded-finding.ts';
import { capitalized } from './render/casing.ts';
import { numberText } from './render/units.ts';
import type { Finding } from './report.ts';
import type { Pile } from './series/piling-up.ts';
import { pileOf } from './series/piling-up.ts';

/** Descriptors of which there are ever more. */
export interface OpenFilesGrowth extends Pile {
  /** What most of them are, at the last time that it was looked at. */
  readonly held: readonly HeldFiles[];
}

const WARM_UP_MS = 5000; // what a program opens when it starts

/** @returns null when they do not pile up, or nobody counted them */
export function openFilesGrowth({ entries }: Recording): OpenFilesGrowth | null {
  const samples = entries.filter((entry): entry is Sample => entry.type === 'sample');
  const points = samples.flatMap(({ atMs, openFiles }) =>
    openFiles === undefined || atMs < WARM_UP_MS ? [] : [{ x: atMs, y: openFiles }],
  );
  const pile = pileOf(points);
  const looked = entries.findLast((entry): entry is OpenFiles => entry.type === 'open-files');
  return pile && { ...pile, held: looked?.held ?? [] };
}

const NAME = 'open files';

/** Files that nothing in the heap accounts for: an object that is collected does not close its descriptor. */
export function openFilesFinding({ least, perMinute, held }: OpenFilesGrowth): Finding {
  const [most] = held;
  const isFolder = most?.what.startsWith('/') === true;
  const name = isFolder ? `${NAME} in ${most.what}` : NAME;
  return recordedFinding({
    kind: 'handle',
    title: `${capitalized(name)} become more by ${numberText(perMinute)} per minute, and nobody closes them`,
    confidence: {
      score: 0.75,
      reasons: [
        `at the least there were ${least.join(', then ')}, quarter by quarter`,
        'no object of the heap accounts for them',
      ],
      missing: [],
    },
    subject: NAME,
    name,
    what: 'descriptors',
    container: 'descriptors of the process',
    objects: least,
    bytes: least.map(() => 0),
    objectsPerMinute: perMinute,
    bytesPerMinute: 0,
    via: 'opened',
    gained: `${least[least.length - 1] - least[0]} more than at first`,
    fix:
      'Close each file when it is done, also where the work ends early: `stream.pipeline` closes both ends, `pipe` does not, and a ' +
      'descriptor that `fs.open` gave is closed by `fs.close` alone.',
    evidence: held.map(({ what, count }) => `${numberText(count)} of them: ${what}`),
  });
}

/** The same beside findings that may be its cause. */
export function openFilesSentence({ perMinute }: OpenFilesGrowth): string {
  return `Open files became more as well, by ${numberText(perMinute)} per minute.`;
}
