import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const action = readFileSync(join(ROOT, 'action.yml'), 'utf8');

/** The shell scripts of the action's steps, in their order. */
const scripts = [...action.matchAll(/^ {6}run: \|\n((?: {8}.*\n)+)/gm)].map(([, text]) =>
  text.replaceAll(/^ {8}/gm, ''),
);

interface Inputs {
  readonly scenarios?: string;
  readonly config?: string;
  readonly compare?: string;
}

/** Runs the action's steps as a runner would; what they use is leakwatch itself. */
function runAction(config: string, { scenarios = '', config: file = '', compare = '' }: Inputs = {}) {
  const folder = temporaryFolder();
  const output = join(folder, 'output');
  const summary = join(folder, 'summary.md');
  const bin = join(folder, 'leakwatch');
  mkdirSync(join(folder, 'temp'));
  writeFileSync(join(folder, 'leakwatch.config.mjs'), config);
  writeFileSync(
    bin,
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" "$@"\n`,
  );
  chmodSync(bin, 0o755);
  writeFileSync(output, '');
  const env = {
    ...process.env,
    PATH: `${folder}:${process.env.PATH}`,
    RUNNER_TEMP: join(folder, 'temp'),
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    SCENARIOS: scenarios,
    CONFIG: file,
    COMPARE: compare,
    COMMAND: 'leakwatch',
  };
  const bash = (script: string, more: object = {}) =>
    spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...env, ...more },
    });
  const check = bash(scripts[0]);
  const exitCode = /^exit-code=(\d)$/m.exec(readFileSync(output, 'utf8'))?.[1];
  const written = existsSync(summary) ? readFileSync(summary, 'utf8') : '';
  return { check, end: bash(scripts[1], { EXIT_CODE: exitCode }), summary: written };
}

test('it has a step that checks and one that ends with the outcome', () => {
  expect(scripts).toHaveLength(2);
});

test('nothing of the event is pasted into a script', () => {
  for (const script of scripts) expect(script).not.toContain('${{');
});

test('its inputs all come to the step that checks', () => {
  for (const name of ['scenarios', 'config', 'compare', 'command'])
    expect(action).toContain(`        ${name.toUpperCase()}: \${{ inputs.${name} }}\n`);
});

describe('run by a shell', () => {
  test('it passes', () => {
    const { check, end, summary } = runAction('export default { scenarios: { fine: () => [1] } };');
    expect([check.status, check.stderr, end.status]).toEqual([0, '', 0]);
    expect(summary).toContain('✅ leakwatch');
  });

  test('it ends with the code of the check, after the annotations and the summary', () => {
    const config = `export default { scenarios: { fine: () => [1], broken: () => { throw new Error('no'); } } };`;
    const { check, end, summary } = runAction(config, { scenarios: 'broken' });
    expect([check.status, end.status]).toEqual([0, 2]);
    expect(check.stderr).toBe(
      '::error title=leakwatch%3A broken::could not be judged: The scenario threw: no\n',
    );
    expect(summary).toContain('⚠️ leakwatch');
    expect(summary).not.toContain('fine');
  });

  test('a config that is missing ends with 2', () => {
    const { end, check } = runAction('', { config: 'none.mjs' });
    expect([end.status, check.stderr]).toEqual([2, expect.stringContaining('There is no file none.mjs.')]);
  });
});
