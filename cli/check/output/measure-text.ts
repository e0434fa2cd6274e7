import { bytesText } from '../../../analyzer/render/units.ts';
import type { Measures } from '../check-report.ts';

const TEXTS: { readonly [Name in keyof Measures]-?: (value: number) => string } = {
  bytesPerIteration: (value) => `${bytesText(value)} per iteration`,
  objectsPerIteration: (value) => `${value} object${value === 1 ? '' : 's'} per iteration`,
  heapFloorMB: (value) => `heap ${value} MB`,
  loopP99Ms: (value) => `loop p99 ${value} ms`,
  longestBlockMs: (value) => `longest block ${value} ms`,
  gcShare: (value) => `GC ${Math.round(value * 1000) / 10} %`,
};

/** What was measured, a few words each. What leaves no object per iteration leaves nothing: its bytes are the engine's unrest. */
export function measureTexts(measures: Measures): string[] {
  return (Object.keys(TEXTS) as (keyof Measures)[]).flatMap((name) => {
    const value = measures[name];
    const isTold =
      value !== undefined && (measures.objectsPerIteration !== 0 || !name.endsWith('PerIteration'));
    return isTold ? [TEXTS[name](value)] : [];
  });
}
