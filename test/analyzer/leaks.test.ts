import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { detectors } from '../../analyzer/detectors/index.ts';
import type { Report } from '../../analyzer/report.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = join(__dirname, '..', '..', 'fixtures', 'leaks');
const OWN_MAJOR = Number(process.versions.node.split('.')[0]);

/** A program says in a comment what its leaky form must be called, and on which line. */
interface Program {
  readonly name: string;
  readonly kind: string;
  readonly culprit: string;
  /** Line of the culprit; null when it lies in another file. */
  readonly line: number | null;
}

const programs = readdirSync(join(FOLDER, 'programs')).map((file) => programOf(basename(file, '.js')));

function programOf(name: string): Program {
  const lines = readFileSync(join(FOLDER, 'programs', `${name}.js`), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes('// culprit'));
  const [, elsewhere, kind, culprit] = /\/\/ culprit( elsewhere)?: (\S+) (\S+)/.exec(lines[at])!;
  const isAlone = lines[at].trim().startsWith('//');
  return { name, kind, culprit, line: elsewhere ? null : at + (isAlone ? 2 : 1) };
}

async function verdictOn(program: Program, variant: 'leaky' | 'clean', major: number): Promise<Report> {
  const folder = temporaryFolder();
  const args = [join(FOLDER, 'run.js'), program.name, variant, folder];
  const { status, stderr } = spawnSync(nodeBinary(major), args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return analyzeSnapshots(readdirSync(folder).map((file) => join(folder, file)));
}

describe.each(NODE_MAJORS)('on Node %i', (major) => {
  test.each(programs)('$name leaks: $kind $culprit', async (program) => {
    const report = await verdictOn(program, 'leaky', major);
    const [{ kind, culprit }] = report.findings;
    expect(report.verdict).toBe('leak');
    expect(kind).toBe(program.kind);
    expect(`${culprit.name} ${culprit.property}`).toContain(program.culprit);
    expect(culprit.location?.line).toBe(program.line ?? culprit.location?.line);
    expect(culprit.location?.file).toContain(program.line === null ? '.js' : `${program.name}.js`);
  });
});

test.each(programs)('$name in its healthy form is clean', async (program) => {
  const report = await verdictOn(program, 'clean', OWN_MAJOR);
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe('clean');
});

test('every detector has a program that it must find', () => {
  const kinds = new Set<string>(programs.map(({ kind }) => kind));
  expect(detectors.map(({ name }) => name).filter((name) => !kinds.has(name))).toEqual([]);
});
