/** Numbers as people say them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "12.4 MB"; decimal units, as everywhere in leakwatch. */
export function bytes(value: number): string {
  const sign = value < 0 ? '−' : '';
  let rest = Math.abs(value);
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (rest < 999.5 || unit === 'GB') return `${sign}${threeDigits(rest)} ${unit}`;
    rest /= 1000;
  }
  return `${sign}${rest} GB`;
}

/** "+1.2 MB", "−3 kB", "±0". */
export function signed(value: number, format: (value: number) => string): string {
  if (value === 0) return '±0';
  return value > 0 ? `+${format(value)}` : format(value);
}

/** "12,345", or "0.4" below ten. */
export function count(value: number): string {
  const digits = Math.abs(value) < 10 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits }).replace('-', '−');
}

/** "640 µs", "12 ms", "3.2 s". */
export function milliseconds(value: number): string {
  if (value > 0 && value < 1) return `${threeDigits(value * 1000)} µs`;
  return value < SECOND ? `${threeDigits(value)} ms` : `${threeDigits(value / SECOND)} s`;
}

export function percent(value: number): string {
  return `${threeDigits(value)} %`;
}

/** A span in its two largest units: "2 h 5 min". */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < 2 * DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

/** A time that lies ahead, no finer than it can be known, and in the words of the terminal: "45 s", "12 min", "3.5 h", "4 days". */
export function forecast(ms: number): string {
  if (ms < HOUR) return ms < MINUTE ? duration(ms) : `${Math.round(ms / MINUTE)} min`;
  const [value, unit] = ms < DAY ? [ms / HOUR, 'h'] : [ms / DAY, 'days'];
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}

/** "14:03:07" in the reader's time zone. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** "20 Nov 14:03:07". */
export function dateAndClock(at: number): string {
  return `${dayOf(at)} ${clock(at)}`;
}

/** "20 Nov". */
export function dayOf(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const total = Math.round(ms / small);
  const perLarge = large / small;
  const rest = total % perLarge;
  const whole = `${Math.floor(total / perLarge)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

function threeDigits(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
