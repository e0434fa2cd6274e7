const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** 1,234,567 -> "1.2 MB"; powers of 1000, three significant digits at the most. */
export function bytesText(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${bytes < 0 ? '-' : ''}${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "45 s", "12 min", "3.5 h", "4 days": one unit, as one would say it. */
export function durationText(milliseconds: number): string {
  if (milliseconds < MINUTE_MS) return `${Math.max(1, Math.round(milliseconds / SECOND_MS))} s`;
  if (milliseconds < HOUR_MS) return `${Math.round(milliseconds / MINUTE_MS)} min`;
  if (milliseconds < DAY_MS) return `${trimmed(milliseconds / HOUR_MS)} h`;
  return `${trimmed(milliseconds / DAY_MS)} days`;
}

const trimmed = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, ''));

/** "1 leak", "3 leaks". */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** 12345.6 -> "12,346". */
export function numberText(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
