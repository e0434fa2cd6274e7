import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';

import type { EndedCopy } from '../../agent/snapshot-addon.ts';
import { watchCopy, type Clock, type CopyEnd } from '../../agent/snapshot-copy.ts';

const KILLED: EndedCopy = { exitCode: -1, signal: 9, peakBytes: 0 };
const WATCH = { wallSeconds: 10, keepsAlive: true };

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

/** A process that only sleeps, as a copy that hangs does. */
async function sleeper() {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  started.push(child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise((resolve) => child.once('spawn', resolve));
  return { pid: child.pid ?? 0, child, ended };
}

/** Time that passes as fast as it is asked for. */
function fastClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    async pause(milliseconds) {
      nowMs += milliseconds;
      await wait(1);
    },
  };
}

describe.runIf(existsSync('/proc/self/stat'))('a copy', () => {
  test('that sleeps without using the CPU hangs, however long it takes to end when it is killed', async () => {
    const { pid, child, ended } = await sleeper();
    let pollsDying = 0;
    const reap = () => (child.signalCode !== null && ++pollsDying > 20 ? KILLED : null);
    expect(await watchCopy({ reap }, pid, WATCH, fastClock())).toMatchObject({
      isWritten: false,
      detail: expect.stringContaining('waited for a lock') as string,
      isWorthAnother: true,
    });
    await ended;
  });

  test('that has finished when it is killed has finished', async () => {
    const { pid, child } = await sleeper();
    const reap = () => (child.signalCode === null ? null : { exitCode: 0, signal: 0, peakBytes: 5 });
    expect(await watchCopy({ reap }, pid, WATCH, fastClock())).toEqual({ isWritten: true, peakBytes: 5 });
  });

  test('that somebody has stopped is not waited for beyond its time', async () => {
    const { pid, child } = await sleeper();
    child.kill('SIGSTOP');
    const reap = () => (child.signalCode === null ? null : KILLED);
    expect(await watchCopy({ reap }, pid, WATCH, fastClock())).toMatchObject({
      isWritten: false,
      detail: 'the copy took longer than it may',
      isWorthAnother: false,
      isOwnFault: true,
    });
  });

  test('that cannot even be killed is left to the kernel', async () => {
    const { pid } = await sleeper();
    expect(await watchCopy({ reap: () => null }, pid, WATCH, fastClock())).toMatchObject({
      isWritten: false,
      detail: 'the copy was killed and does not end',
      isOwnFault: true,
    });
  });

  test.each<[Partial<EndedCopy>, Partial<CopyEnd>]>([
    [
      { exitCode: 0, peakBytes: 7 },
      { isWritten: true, peakBytes: 7 },
    ],
    [{ exitCode: 240 }, { isWorthAnother: true, isOwnFault: false }],
    [{ exitCode: 241 }, { isWorthAnother: true, isOwnFault: false }],
    [
      { exitCode: 28 },
      { detail: 'the copy could not write: ENOSPC', isWorthAnother: false, isOwnFault: true },
    ],
    [{ exitCode: 243 }, { detail: 'the copy could not be shut off', isOwnFault: false }],
    [{ signal: 9 }, { isWorthAnother: false, isOwnFault: true }],
    [{ signal: 24 }, { detail: 'the copy took longer than it may', isOwnFault: true }],
    [{ signal: 31 }, { detail: 'the copy was ended by signal 31', isOwnFault: false }],
    [{}, { detail: 'the copy ended with code -1', isOwnFault: false }],
  ])('that ended with %j is judged %j', async (ended, end) => {
    const reap = () => ({ exitCode: -1, signal: 0, peakBytes: 0, ...ended });
    expect(await watchCopy({ reap }, process.pid, WATCH)).toMatchObject(end);
  });
});
