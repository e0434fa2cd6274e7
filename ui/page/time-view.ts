/** The span of time that all charts show. */
export interface TimeView {
  readonly from: number;
  readonly to: number;
}

const SMALLEST_MS = 2000;

/** The view cut to what was recorded; null, the whole and whatever is added to it, when it covers everything. */
export function withinRecording(view: TimeView, whole: TimeView): TimeView | null {
  const span = Math.max(SMALLEST_MS, view.to - view.from);
  if (span >= whole.to - whole.from) return null;
  const from = Math.min(Math.max(view.from, whole.from), whole.to - span);
  return { from, to: from + span };
}

/** Around the place that stays where it is. @param factor above 1 shows more */
export function zoomed({ from, to }: TimeView, factor: number, around = (from + to) / 2): TimeView {
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

/** @param share of the view's width; negative goes back in time */
export function panned({ from, to }: TimeView, share: number): TimeView {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}
