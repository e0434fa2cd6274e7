import { expect, test } from 'vitest';

import type { SnapshotTaken } from '../../agent/recording.ts';
import { snapshotCosts } from '../../cli/run/snapshot-costs.ts';

const TAKEN: SnapshotTaken = { type: 'snapshot', atMs: 0, sequence: 1, reason: 'request', status: 'written' };
const FORKED = { mode: 'fork', tookMs: 2000, copyPeakBytes: 290e6, copiedBytes: 14e6 } as const;

test.each<[string, Partial<SnapshotTaken>]>([
  ['', {}],
  [', the application stood still for 2 s', { pauseMs: 2000, mode: 'in-process' }],
  [', the application stood still for 2 s; not forked: no addon', { pauseMs: 2000, fallback: 'no addon' }],
  [
    ' in 2 s, of which the application stood still for 12 ms; the copy took up to 290 MB, the application up to 14.0 MB more',
    { pauseMs: 12, ...FORKED },
  ],
])('"%s"', (text, fields) => {
  expect(snapshotCosts({ ...TAKEN, ...fields })).toBe(text);
});
