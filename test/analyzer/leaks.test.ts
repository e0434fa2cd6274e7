import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyzeSnapshots } from '../../analyzer/analyze.ts';
import { detectors } from '../../analyzer/detectors/index.ts';
import type { Report } from '../../analyzer/report.ts';
import { resultOf } from '../helpers/leakwatch.ts';
import { NODE_MAJORS, nodeBinary } from '../helpers/node-versions.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { WhenFinished } from '../helpers/temporary-folder.ts';

const FOLDER = join(__dirname, '..', '..', 'fixtures', 'leaks');
const OWN_MAJOR = Number(process.versions.node.split('.')[0]);

/** A program says in a comment what its leaky form must be called, and on which line. */
interface Program {
  readonly name: string;
  readonly kind: string;
  readonly culprit: string;
  /** End of the path of the file it lies in, and its line; null where that is none of the programs' files. */
  readonly place: { readonly file: string; readonly line: number } | null;
  /** Of whose kind another program is tried on every Node. */
  readonly isTriedOnce: boolean;
}

const programs = readdirSync(join(FOLDER, 'programs')).map((file) => programOf(basename(file, '.js')));

function programOf(name: string): Program {
  const lines = linesOf(join('programs', `${name}.js`));
  const at = lines.findIndex((line) => line.includes('// culprit'));
  const [, where, library, kind, culprit] = /\/\/ culprit( elsewhere| in (\S+))?: (\S+) (\S+)/.exec(
    lines[at],
  )!;
  const isTriedOnce = lines.some((line) => line.includes('// tried on one Node'));
  if (library !== undefined) {
    const line = linesOf(library).findIndex((text) => text.includes('// the culprit')) + 1;
    return { name, kind, culprit, place: { file: library, line }, isTriedOnce };
  }
  const line = at + (lines[at].trim().startsWith('//') ? 2 : 1);
  return {
    name,
    kind,
    culprit,
    place: where === undefined ? { file: `${name}.js`, line } : null,
    isTriedOnce,
  };
}

function linesOf(file: string): string[] {
  return readFileSync(join(FOLDER, file), 'utf8').split('\n');
}

interface Trial {
  readonly name: string;
  readonly variant: 'leaky' | 'clean';
  readonly major: number;
  readonly onTestFinished: WhenFinished;
}

async function verdictOn({ name, variant, major, onTestFinished }: Trial): Promise<Report> {
  const folder = temporaryFolder(onTestFinished);
  const args = [join(FOLDER, 'run.js'), name, variant, folder];
  const { exitCode, stderr } = await resultOf(spawn(nodeBinary(major), args));
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return analyzeSnapshots(readdirSync(folder).map((file) => join(folder, file)));
}

// A program waits for its timers, so that others can be judged meanwhile.
describe.concurrent.each(NODE_MAJORS)('on Node %i', (major) => {
  const tried = programs.filter(({ isTriedOnce }) => major === OWN_MAJOR || !isTriedOnce);
  test.for(tried)('$name leaks: $kind $culprit', async (program, { onTestFinished }) => {
    const report = await verdictOn({ name: program.name, variant: 'leaky', major, onTestFinished });
    const [{ kind, culprit }] = report.findings;
    expect(report.verdict).toBe('leak');
    expect(kind).toBe(program.kind);
    expect(`${culprit.name} ${culprit.property}`).toContain(program.culprit);
    if (program.place === null) return;
    expect(culprit.location?.line).toBe(program.place.line);
    expect(culprit.location?.file).toContain(program.place.file);
  });
});

describe.concurrent('in its healthy form', () => {
  test.for(programs)('$name is clean', async ({ name }, { onTestFinished }) => {
    const report = await verdictOn({ name, variant: 'clean', major: OWN_MAJOR, onTestFinished });
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('clean');
  });
});

/** Said where no detector knows better, and so of no program on purpose. */
const LAST_RESORT = 'growth';

test('every detector, and every kind a finding may have, has a leaky and a healthy program', () => {
  const schema = readFileSync(join(__dirname, '..', '..', 'docs', 'report.schema.json'), 'utf8');
  const kinds = /"FindingKind": \{.*?"enum": (\[.*?\])/s.exec(schema)![1];
  const tried = new Set<string>([...programs.map(({ kind }) => kind), LAST_RESORT]);
  const known = [...detectors.map(({ name }) => name), ...(JSON.parse(kinds) as string[])];
  expect(known.length).toBeGreaterThan(20);
  expect(known.filter((kind) => !tried.has(kind))).toEqual([]);
});
