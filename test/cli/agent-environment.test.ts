import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentEnvironment, quoteNodeOption } from '../../cli/run/agent-environment.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.each(['plain', 'with blank', 'with "quotes"', 'with \\ backslash', "with 'apostrophe'"])(
  'Node loads what NODE_OPTIONS names in a folder %s',
  (name) => {
    const folder = join(temporaryFolder(), name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'preloaded.js'), 'globalThis.preloaded = true;');
    const NODE_OPTIONS = `--require ${quoteNodeOption(join(folder, 'preloaded.js'))}`;
    const said = execFileSync(process.execPath, ['-p', 'preloaded'], {
      env: { ...process.env, NODE_OPTIONS },
    });
    expect(String(said)).toBe('true\n');
  },
);

const RUN = { runFolder: '/runs/1', durationMs: null };

test('the options the application has already are kept', () => {
  const env = agentEnvironment({
    ...RUN,
    env: { NODE_OPTIONS: '--max-old-space-size=64', HOME: '/home/me' },
  });
  expect(env.NODE_OPTIONS).toMatch(/^--require (?:\S*|".*)index\.js"? --max-old-space-size=64$/);
  expect(env).toMatchObject({ LEAKWATCH_DIR: '/runs/1', HOME: '/home/me' });
});

test('what the user has told the agent is kept, but for the run folder', () => {
  const env = {
    LEAKWATCH_SNAPSHOT_ON_GROWTH: '1',
    LEAKWATCH_INTERVAL_MS: '100',
    LEAKWATCH_DIR: '/elsewhere',
  };
  expect(agentEnvironment({ ...RUN, durationMs: 1000, env })).toMatchObject({
    ...env,
    LEAKWATCH_DIR: '/runs/1',
  });
});

test('a short run is sampled more often', () => {
  expect(agentEnvironment({ ...RUN, durationMs: 10_000, env: {} }).LEAKWATCH_INTERVAL_MS).toBe('500');
  expect(agentEnvironment({ ...RUN, durationMs: 90_000, env: {} }).LEAKWATCH_INTERVAL_MS).toBeUndefined();
});
