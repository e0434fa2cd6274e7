import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../helpers/leakwatch.ts';
import { sharedTemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts';
import { CAN_FORK } from '../native/native-part.ts';

const run = promisify(execFile);
const BIN = join(ROOT, 'node_modules', '.bin');
const PREBUILDS = join(ROOT, 'prebuilds');
const APP = `setTimeout(() => console.log('done'), 50);\n`;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const project = join(sharedTemporaryFolder(), 'my project');
let packed: Packed;

beforeAll(async () => {
  mkdirSync(project);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: ROOT,
  });
  [packed] = JSON.parse(stdout) as [Packed];
  writeFileSync(join(project, 'package.json'), '{"name":"my-project","private":true}');
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed.filename}`], {
    cwd: project,
  });
  writeFileSync(join(project, 'app.js'), `require('node:fs');\n${APP}`);
  writeFileSync(join(project, 'app.mjs'), `import 'node:fs';\n${APP}`);
});

test('the package holds what is built, and its papers; no source, no test, no fixture', () => {
  const folders = new Set(packed.files.map(({ path }) => path.split('/')[0]));
  folders.delete('prebuilds'); // the test below
  expect([...folders].toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'package.json',
  ]);
  const kinds = new Set(packed.files.map(({ path }) => /(?:\.d)?\.\w+$/.exec(path)?.[0] ?? path));
  kinds.delete('.node');
  expect([...kinds].toSorted()).toEqual([
    '.css',
    '.d.ts',
    '.html',
    '.js',
    '.json',
    '.md',
    '.wasm',
    'LICENSE',
  ]);
});

test('the native part is in it for everything that it was built for, and found where it is installed', async () => {
  const built = existsSync(PREBUILDS) ? readdirSync(PREBUILDS) : [];
  const inside = packed.files.map(({ path }) => path).filter((path) => path.startsWith('prebuilds/'));
  expect(inside.toSorted()).toEqual(built.map((target) => `prebuilds/${target}/leakwatch.node`).toSorted());
  const script = `require('leakwatch').startAgent().takeSnapshot({ mode: 'auto' }).then((taken) => console.log(taken.mode))`;
  const LEAKWATCH_DIR = join(temporaryFolder(), 'run');
  const { stdout } = await run(process.execPath, ['-e', script], {
    cwd: project,
    env: { ...process.env, LEAKWATCH_DIR },
  });
  expect(stdout).toBe(CAN_FORK ? 'fork\n' : 'in-process\n');
});

describe('the agent records an application when it is loaded', () => {
  test.each([
    ['--require', ['--require', 'leakwatch/agent'], 'app.js', {}],
    ['--require', ['--require', 'leakwatch/agent'], 'app.mjs', {}],
    ['--import', ['--import', 'leakwatch/agent'], 'app.js', {}],
    ['--import', ['--import', 'leakwatch/agent'], 'app.mjs', {}],
    ['NODE_OPTIONS', [], 'app.js', { NODE_OPTIONS: '--require leakwatch/agent' }],
    ['NODE_OPTIONS', [], 'app.mjs', { NODE_OPTIONS: '--import leakwatch/agent' }],
  ])('by %s %j, %s', async (_, options, app, env) => {
    const LEAKWATCH_DIR = join(temporaryFolder(), 'run');
    const { stdout } = await run(process.execPath, [...options, app], {
      cwd: project,
      env: { ...process.env, ...env, LEAKWATCH_DIR },
    });
    expect(stdout).toBe('done\n');
    expect(readdirSync(LEAKWATCH_DIR)).toEqual([expect.stringMatching(/^\d+-0\.recording\.jsonl$/)]);
  });
});

test('its command works from where it is installed', async () => {
  const said = await run('npx', ['leakwatch', 'run', '--no-dashboard', '--', 'node', 'app.js'], {
    cwd: project,
  }).catch((failure: { code: number; stdout: string; stderr: string }) => failure);
  expect(said).toMatchObject({ code: 2, stdout: 'done\n' });
});

test('every entry can be required and imported', async () => {
  const entries = ['leakwatch', 'leakwatch/analyzer', 'leakwatch/test'];
  const script = `console.log(${entries.map((entry) => `typeof require('${entry}')`).join()})`;
  const module = entries.map((entry, at) => `import * as _${at} from '${entry}';`).join('\n');
  const required = await run(process.execPath, ['-e', script], { cwd: project });
  const imported = await run(
    process.execPath,
    ['--input-type=module', '-e', `${module}console.log('fine')`],
    {
      cwd: project,
    },
  );
  expect([required.stdout, imported.stdout]).toEqual(['object object object\n', 'fine\n']);
});

test('its types are found by a strict TypeScript project', () => {
  const entries = ['leakwatch', 'leakwatch/agent', 'leakwatch/analyzer', 'leakwatch/test'];
  const lines = entries.map(
    (entry, at) => `import * as _${at} from '${entry}'; export const a${at} = _${at};`,
  );
  writeFileSync(join(project, 'consumer.ts'), lines.join('\n'));
  const typeRoots = [join(ROOT, 'node_modules', '@types')];
  const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, types: ['node'], typeRoots };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  const { status, stdout } = spawnSync(process.execPath, [join(BIN, 'tsc'), '-p', project], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('publint has nothing to say', () => {
  const tarball = join(project, packed.filename);
  const { stdout } = spawnSync(process.execPath, [join(BIN, 'publint'), '--strict', tarball], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('All good!');
});
