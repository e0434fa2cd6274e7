import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, leakwatch } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('leakwatch snapshot asks a running agent, and says where the snapshot lies', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.js'), `setInterval(() => {}, 1000); console.log('ready');`);
  const agent = join(ROOT, 'dist', 'agent', 'index.js');
  const app = spawn(process.execPath, ['--require', agent, 'app.js'], {
    cwd: folder,
    env: { ...process.env, LEAKWATCH_INTERVAL_MS: '50' },
  });
  const ended = once(app, 'exit');
  await once(app.stdout, 'data');
  const running = await leakwatch(['snapshot'], { cwd: folder });
  app.kill();
  await ended;
  const afterwards = await leakwatch(['snapshot'], { cwd: folder });

  expect(running.stdout).toMatch(new RegExp(`^\\.leakwatch/\\S+/${app.pid}-0-1\\.heapsnapshot\\n$`));
  expect(existsSync(join(folder, running.stdout.trim()))).toBe(true);
  expect(running.exitCode).toBe(0);
  expect(afterwards.stderr).toMatch(/^leakwatch No running process records into .*\.leakwatch\/\S+\.\n$/);
  expect(afterwards.exitCode).toBe(2);
});
