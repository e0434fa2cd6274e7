import { clock, dayOf } from './format.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30].map((n) => n * DAY),
];

/** Round moments in the reader's own time zone, at most `most` of them. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const step = STEPS_MS.find((ms) => (to - from) / ms <= most) ?? STEPS_MS.at(-1)!;
  const zoneMs = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - zoneMs) / step) * step + zoneMs; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** The tick's time, as exact as the span asks for. */
export function timeLabel(at: number, from: number, to: number): string {
  const time = to - from < 10 * MINUTE ? clock(at) : clock(at).slice(0, 5);
  if (to - from > 4 * DAY) return dayOf(at);
  return time.startsWith('00:00') ? dayOf(at) : time;
}
