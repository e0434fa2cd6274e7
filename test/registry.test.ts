import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../cli/commands/index.ts';

const ROOT = join(__dirname, '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The first cells of the rows of every table in the README. */
const rows = readme.split('\n').flatMap((line) => /^\| (.*?) +\|/.exec(line)?.[1] ?? []);

test('every file in cli/commands is a command in the list, under its name', () => {
  const files = readdirSync(join(ROOT, 'cli', 'commands')).filter((name) => name !== 'index.ts');
  expect(commands.map(({ name }) => `${name}.ts`).toSorted()).toEqual(files.toSorted());
});

describe.each(commands.map((command) => [command.name, command] as const))(
  'the command %s',
  (name, command) => {
    test('is in the table of the README', () => {
      expect(rows.filter((cell) => cell.startsWith(`\`leakwatch ${name} `))).toHaveLength(1);
    });

    test('says what it does, how it is called, and shows it', () => {
      expect(command.summary).toMatch(/^[A-Z][^.]*[^.]$/);
      expect(command.examples.length).toBeGreaterThan(1);
      for (const [line] of command.examples) expect(line).toMatch(new RegExp(`^leakwatch ${name}\\b`));
    });
  },
);

test('every option of run is in the README, and no other one', () => {
  const run = commands.find(({ name }) => name === 'run');
  const table = rows.filter((cell) => /^(`-\w`, )?`--/.test(cell));
  const listed = table.map((cell) => /--([a-z-]+)/.exec(cell)?.[1]);
  expect(listed.toSorted()).toEqual(Object.keys(run?.options ?? {}).toSorted());
});

test('every variable the agent reads is in the README, and no other one', () => {
  const source = readFileSync(join(ROOT, 'agent', 'options.ts'), 'utf8');
  const variables = new Set(source.match(/LEAKWATCH_\w+/g));
  expect(new Set(rows.flatMap((cell) => cell.match(/LEAKWATCH_\w+/g) ?? []))).toEqual(variables);
});

test('every dependency is explained in the README, and no other one', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
  const table = readme.slice(readme.indexOf('## Dependencies'));
  const explained = [...table.matchAll(/^\| (`.*?) +\|/gm)].flatMap(
    ([, cell]) => cell.match(/[^`, ]+/g) ?? [],
  );
  expect(explained.toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
});
