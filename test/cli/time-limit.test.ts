import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { limitTime } from '../../cli/run/time-limit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const never = new AbortController().signal;

test('fires when the time is up, whatever is collected meanwhile', async () => {
  const { signal } = limitTime(never, 300);
  await sleep(50); // what a turn has touched is kept until the turn ends
  collectGarbage();
  await vi.waitFor(() => expect(signal.aborted).toBe(true), { timeout: 120_000 });
});

test('fires with the other signal', () => {
  const other = new AbortController();
  const { signal, clear } = limitTime(other.signal, 60_000);
  other.abort();
  expect(signal.aborted).toBe(true);
  clear();
});
