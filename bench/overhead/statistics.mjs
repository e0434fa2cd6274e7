/** What a set of ratios says: their middle, and an interval that tells how well it is known. */

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/**
 * Interquartile mean, and its 95 % interval by a bootstrap in two stages: two processes of one program differ from each other
 * by more than the slices of one, so that processes are drawn first and slices within them.
 * @param groups numbers by process
 */
export function estimate(groups) {
  const random = seeded(1);
  const draw = (from) => from[Math.floor(random() * from.length)];
  const redrawn = () => groups.flatMap(() => redraw(draw(groups)));
  const redraw = (values) => values.map(() => draw(values));
  const middles = Array.from({ length: RESAMPLES }, () => middle(redrawn())).toSorted((a, b) => a - b);
  const at = (share) => middles[Math.floor(share * (RESAMPLES - 1))];
  return { middle: middle(groups.flat()), low: at((1 - CONFIDENCE) / 2), high: at((1 + CONFIDENCE) / 2) };
}

/** The mean of the middle half: a slice that something else disturbed does not move it, and it varies less than the median. */
function middle(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const kept = sorted.slice(cut, sorted.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** The value below which a share of them lies. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Numbers in 0..1, the same ones each time (Lehmer, 1951). */
function seeded(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
