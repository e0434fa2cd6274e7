/** A snapshot on disk. */
export interface KeptSnapshot {
  readonly file: string;
  readonly atMs: number;
}

/**
 * The snapshot to remove when there are more than `most`; null when there are not. The first and the last ones stay,
 * because their distance shows a leak best; of those between, the one goes whose neighbours are closest to each other,
 * so that the rest stay evenly spread.
 */
export function superfluous(kept: readonly KeptSnapshot[], most: number): KeptSnapshot | null {
  if (kept.length <= most) return null;
  if (kept.length === 2) return kept[0];
  const middle = kept.slice(1, -1);
  const gapMs = (index: number) => kept[index + 2].atMs - kept[index].atMs;
  return middle.reduce((best, candidate, index) =>
    gapMs(index) < gapMs(middle.indexOf(best)) ? candidate : best,
  );
}
