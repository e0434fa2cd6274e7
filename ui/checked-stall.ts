import type { Stall, StackFrame } from '../agent/recording.ts';

/** The stall with whatever of it is no stack or no number left out: a recording may have been written by anybody. */
export function checkedStall(stall: Stall): Stall {
  const { type, atMs, durationMs, category, culprit, stack, isOngoing, count, totalDurationMs } = stall;
  const isSum = Number.isSafeInteger(count) && Number.isFinite(totalDurationMs);
  return {
    type,
    atMs,
    durationMs,
    category,
    culprit: isFrame(culprit) ? culprit : null,
    ...(Array.isArray(stack) && { stack: stack.filter(isFrame) }),
    ...(isOngoing === true && { isOngoing }),
    ...(isSum && { count: count!, totalDurationMs: totalDurationMs! }),
  };
}

/** A stall in one line: how long, and in which function. */
export function stallText({ durationMs, culprit, count = 1, isOngoing }: Stall): string {
  const where = culprit === null ? '' : ` in ${frameName(culprit)}`;
  const times = count > 1 ? `${count} times, at most ` : '';
  return `Blocked ${times}${Math.round(durationMs)} ms${isOngoing ? ' so far' : ''}${where}`;
}

function frameName({ functionName, file, line }: StackFrame): string {
  const name = file.split(/[\\/]/).at(-1) ?? '';
  return functionName === '' ? `${name}:${line}` : `${functionName} (${name}:${line})`;
}

function isFrame(value: unknown): value is StackFrame {
  if (typeof value !== 'object' || value === null) return false;
  const { functionName, file, line } = value as Partial<Record<keyof StackFrame, unknown>>;
  return typeof functionName === 'string' && typeof file === 'string' && Number.isSafeInteger(line);
}
