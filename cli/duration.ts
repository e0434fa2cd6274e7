import { LeakwatchError } from '../analyzer/error.ts';

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

// setTimeout takes 2^31 - 1 milliseconds; a longer time would fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Milliseconds of a time as people write it: `500ms`, `30s`, `1.5m`, `2h`; a bare number counts seconds.
 * @throws LeakwatchError BAD_DURATION
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text.trim());
  if (!match) throw new LeakwatchError('BAD_DURATION', `"${text}" is no time; write 30s, 2m, 1h or 500ms.`);
  const unit = (match[2] ?? 's') as keyof typeof MILLISECONDS;
  const durationMs = Math.round(Number(match[1]) * MILLISECONDS[unit]);
  if (durationMs <= LONGEST_MS) return durationMs;
  throw new LeakwatchError('BAD_DURATION', `"${text}" is too long; the longest time is 24 days.`);
}

/** A time span for people, in its two largest units: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(`${minutes} min`, seconds % 60, 's');
  return join(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min');
}

function join(large: string, rest: number, unit: string): string {
  return rest === 0 ? large : `${large} ${rest} ${unit}`;
}
