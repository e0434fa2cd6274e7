import type { Points } from './api.ts';
import type { Column } from './column.ts';

/** The part of a series that is drawn, and how finely. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly buckets: number;
  /** Two numbers further apart than this are not joined by a line; Infinity for events, which have no rhythm. */
  readonly gapMs: number;
}

/**
 * The series inside the window as at most three points per bucket: its lowest and highest number at their own times, so
 * that no spike is lost (min/max decimation), and null where nothing was recorded. The nearest number on either side of
 * the window comes along, so that lines reach its edges.
 */
export function thinOut(at: Column, values: Column, window: Window): Points {
  const first = Math.max(0, at.lowerBound(window.from) - 1);
  const end = Math.min(at.length, at.lowerBound(window.to) + 1);
  const out = new PointsBuilder();
  if (end - first <= 2 * window.buckets) eachPoint(at, values, { first, end, gapMs: window.gapMs }, out);
  else eachBucket(at, values, { first, end, ...window }, out);
  return out;
}

/** As {@link thinOut} for events: the highest number per bucket only, and only those inside the window. */
export function highestPerBucket(at: Column, values: Column, window: Window): Points {
  const out = new PointsBuilder();
  const bucketMs = bucketWidth(window);
  let highest = -1;
  let bucketEnd = -Infinity;
  for (let i = at.lowerBound(window.from); i < at.length && at.at(i) <= window.to; i++) {
    if (at.at(i) >= bucketEnd) {
      if (highest >= 0) out.add(at.at(highest), values.at(highest));
      bucketEnd = window.from + (Math.floor((at.at(i) - window.from) / bucketMs) + 1) * bucketMs;
      highest = i;
    } else if (values.at(i) > values.at(highest)) highest = i;
  }
  if (highest >= 0) out.add(at.at(highest), values.at(highest));
  return out;
}

function bucketWidth(window: Window): number {
  return Math.max(1, (window.to - window.from) / window.buckets);
}

function eachPoint(
  at: Column,
  values: Column,
  { first, end, gapMs }: { first: number; end: number; gapMs: number },
  out: PointsBuilder,
): void {
  for (let i = first; i < end; i++) {
    if (i > first && at.at(i) - at.at(i - 1) > gapMs) out.gap(at.at(i - 1), at.at(i));
    out.add(at.at(i), values.at(i));
  }
}

function eachBucket(
  at: Column,
  values: Column,
  window: Window & { first: number; end: number },
  out: PointsBuilder,
): void {
  const bucketMs = bucketWidth(window);
  const visibleGapMs = Math.max(window.gapMs, bucketMs);
  let lowest = window.first;
  let highest = window.first;
  let bucketEnd = at.at(window.first) + bucketMs;
  for (let i = window.first + 1; i < window.end; i++) {
    const gap = at.at(i) - at.at(i - 1) > visibleGapMs;
    if (gap || at.at(i) >= bucketEnd) {
      addInOrder(at, values, lowest, highest, out);
      if (gap) out.gap(at.at(i - 1), at.at(i));
      lowest = highest = i;
      bucketEnd = Math.max(bucketEnd + bucketMs, at.at(i));
    } else {
      if (!(values.at(i) >= values.at(lowest))) lowest = i;
      if (!(values.at(i) <= values.at(highest))) highest = i;
    }
  }
  addInOrder(at, values, lowest, highest, out);
}

function addInOrder(at: Column, values: Column, lowest: number, highest: number, out: PointsBuilder): void {
  const [one, other] = lowest < highest ? [lowest, highest] : [highest, lowest];
  out.add(at.at(one), values.at(one));
  if (one !== other) out.add(at.at(other), values.at(other));
}

class PointsBuilder implements Points {
  readonly x: number[] = [];
  readonly y: (number | null)[] = [];

  add(at: number, value: number): void {
    this.x.push(Math.round(at));
    this.y.push(Number.isFinite(value) ? round(value) : null);
  }

  gap(before: number, after: number): void {
    this.x.push(Math.round((before + after) / 2));
    this.y.push(null);
  }
}

/** Bytes as whole numbers, the rest to a thousandth: more would only be sent, not seen. */
function round(value: number): number {
  return value >= 1000 ? Math.round(value) : Math.round(value * 1000) / 1000;
}
