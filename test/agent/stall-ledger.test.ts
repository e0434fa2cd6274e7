import { expect, test } from 'vitest';

import type { Stall } from '../../agent/recording.ts';
import { createStallLedger } from '../../agent/stalls/ledger.ts';

function stall(durationMs: number, functionName = 'hash', line = 1): Stall {
  const culprit = { functionName, file: '/app/a.js', line };
  return { type: 'stall', atMs: durationMs, durationMs, category: 'cpu', culprit, stack: [culprit] };
}

test('gives the first five of a culprit back in full, whatever their line, and the rest as one sum', () => {
  const ledger = createStallLedger();
  for (let durationMs = 1; durationMs <= 5; durationMs++) {
    expect(ledger.add(stall(durationMs, 'hash', durationMs))).toEqual(stall(durationMs, 'hash', durationMs));
  }
  expect(ledger.flush()).toEqual([]);
  for (const durationMs of [100, 300, 200]) expect(ledger.add(stall(durationMs))).toBeNull();
  const { stack: _stack, ...first } = stall(100);
  expect(ledger.flush()).toEqual([{ ...first, durationMs: 300, count: 3, totalDurationMs: 600 }]);
  expect(ledger.flush()).toEqual([]);
});

test('ten thousand stalls of ten thousand functions stay small', () => {
  const ledger = createStallLedger();
  let entries = 0;
  for (let index = 0; index < 10_000; index++) if (ledger.add(stall(100, `f${index}`)) !== null) entries++;
  const sums = ledger.flush();
  expect(entries).toBe(100);
  expect(sums).toMatchObject([{ category: 'unknown', culprit: null, count: 9900, totalDurationMs: 990_000 }]);
});
