import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(__dirname, '..');

/** Who may import whom, as ARCHITECTURE.md has it: source folder -> folders, files and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  agent: ['node:', 'agent/'],
  analyzer: [
    'node:',
    'analyzer/',
    'agent/recording',
    'acorn',
    'acorn-walk',
    '@jridgewell/trace-mapping',
    'picocolors',
    'pprof-format',
    'semver',
  ],
  'analyzer/check': ['node:', 'analyzer/', 'agent/recording', 'agent/stalls/', 'picocolors'],
  ui: ['node:', 'ui/', 'analyzer/', 'agent/recording', 'express'],
  'ui/page': ['ui/page/', 'chart.js'],
  cli: ['node:', 'cli/', 'ui/', 'analyzer/', 'agent/', 'ws', 'yargs', 'picocolors'],
};

/** What the page may know by type only. */
const PAGE_TYPES = ['ui/', 'analyzer/report.ts', 'agent/recording.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports = Object.keys(MAY_IMPORT)
  .filter((folder) => !folder.includes('/'))
  .flatMap(sourceFiles)
  .flatMap(importsOf);

test('there is something to look at', () => {
  expect(imports.length).toBeGreaterThan(20);
});

describe.each(Object.keys(MAY_IMPORT))('%s', (folder) => {
  test('imports only what it may', () => {
    expect(imports.filter((one) => folderOf(one.from) === folder && !isAllowed(one)).map(arrow)).toEqual([]);
  });
});

test('nobody imports agent/index.ts, which starts the agent', () => {
  expect(imports.filter(({ to }) => to === 'agent/index.ts').map(arrow)).toEqual([]);
});

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const folder = folderOf(from);
  if (folder === 'ui/page' && typeOnly && PAGE_TYPES.some((target) => matches(to, target))) return true;
  if (typeOnly && to.includes('/types'))
    return isAllowed({ from, to: to.split('/types')[0], typeOnly: false });
  return MAY_IMPORT[folder].some((target) => matches(to, target));
}

// A folder or `node:` allows what is in it, `agent/recording` the format and its reader, a package only itself.
function matches(to: string, target: string): boolean {
  return /[/:]$/.test(target) || target === 'agent/recording' ? to.startsWith(target) : to === target;
}

function folderOf(file: string): string {
  const inner = ['ui/page', 'analyzer/check'].find((folder) => file.startsWith(`${folder}/`));
  return inner ?? file.split('/')[0];
}

function sourceFiles(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(?<type>type\s+)?(?:[\w$*{},\s]+\sfrom\s+)?'(?<target>[^']+)'/gm,
  );
  const calls = text.matchAll(/\b(?:import|require)\(\s*'(?<target>[^']+)'\s*\)/g);
  return [...statements, ...calls].map(({ groups }) => ({
    from: file,
    to: resolveTarget(file, groups?.target ?? ''),
    typeOnly: groups?.type !== undefined,
  }));
}

function resolveTarget(file: string, target: string): string {
  return target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)) : target;
}

function arrow({ from, to }: Import): string {
  return `${from} -> ${to}`;
}
