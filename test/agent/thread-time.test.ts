import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { openMainThreadTime } from '../../agent/stalls/thread-time.ts';

const ACCOUNT = '/proc/self/schedstat';

function accountMs(): readonly number[] {
  return readFileSync(ACCOUNT, 'latin1')
    .split(' ')
    .map((nanos) => Number(nanos) / 1e6);
}

test.runIf(existsSync(ACCOUNT))(
  'reads what the kernel has counted of the main thread, as often as asked',
  () => {
    const reader = openMainThreadTime();
    for (let time = 0; time < 3; time++) {
      const [ranBefore, waitedBefore] = accountMs();
      const read = reader.read();
      const [ranAfter, waitedAfter] = accountMs();
      expect(read?.ranMs).toBeGreaterThanOrEqual(ranBefore);
      expect(read?.ranMs).toBeLessThanOrEqual(ranAfter);
      expect(read?.waitedMs).toBeGreaterThanOrEqual(waitedBefore);
      expect(read?.waitedMs).toBeLessThanOrEqual(waitedAfter);
    }
    reader.close();
    expect(reader.read()).toBeNull();
  },
);
