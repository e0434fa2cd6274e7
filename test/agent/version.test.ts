import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { AGENT_VERSION } from '../../agent/version.ts';

test("the agent says the package's version", () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(AGENT_VERSION).toBe(version);
});
