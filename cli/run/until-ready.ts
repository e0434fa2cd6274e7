import { setTimeout as sleep } from 'node:timers/promises';
import { limitTime } from './time-limit.ts';

const POLL_MS = 100;
const ANSWER_MS = 5000;
const FIRST_FAILURE = 400;

/** Polls a URL until it answers with a status below 400; false when `signal` is aborted before. */
export async function untilReady(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isReady(url, signal)) return true;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
  return false;
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  const limit = limitTime(signal, ANSWER_MS);
  try {
    const response = await fetch(url, { signal: limit.signal });
    await response.body?.cancel();
    return response.status < FIRST_FAILURE;
  } catch {
    return false;
  } finally {
    limit.clear();
  }
}
