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
  let end = at.lowerBound(window.to);
  while (end < at.length && at.at(end) === window.to) end++;
  for (let start = at.lowerBound(window.from); start < end;) {
    const stop = bucketStop(at, window, { start, end });
    const highest = values.highestIn(start, stop);
    out.add(at.at(highest), values.at(highest));
    start = stop;
  }
  return out;
}

function bucketWidth(window: Window): number {
  return Math.max(1, (window.to - window.from) / window.buckets);
}

/** Index behind the bucket in which `start` lies; a recording whose clock ran backwards gets on, too. */
function bucketStop(at: Column, window: Window, { start, end }: { start: number; end: number }): number {
  const width = bucketWidth(window);
  const passed = Math.floor((at.at(start) - window.from) / width);
  return Math.max(start + 1, Math.min(end, at.lowerBound(window.from + (passed + 1) * width)));
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
  const { first, end } = window;
  const visibleGapMs = Math.max(window.gapMs, bucketWidth(window)); // so that none is within a bucket
  for (let start = first; start < end;) {
    const stop = bucketStop(at, window, { start, end });
    if (start > first && at.at(start) - at.at(start - 1) > visibleGapMs)
      out.gap(at.at(start - 1), at.at(start));
    addInOrder(at, values, values.lowestIn(start, stop), values.highestIn(start, stop), out);
    start = stop;
  }
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
