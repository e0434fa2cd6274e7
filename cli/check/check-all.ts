import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { countText } from '../../analyzer/render/units.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ArtifactRoom } from './artifacts.ts';
import { artifactRoom, keepArtifacts, writeReportPage } from './artifacts.ts';
import { isSameProblem, marked } from './baseline.ts';
import type { CheckReport, KnownProblem, Outcome, ScenarioResult } from './check-report.ts';
import { CHECK_VERSION } from './check-report.ts';
import type { ScenarioConfig } from './config.ts';
import type { LoadedConfig } from './load-config.ts';
import type { Tried } from './measured.ts';
import { hash } from './problems.ts';
import { runFunction } from './run-function.ts';
import { runService } from './run-service.ts';
import { runSnapshots } from './run-snapshots.ts';

const ARTIFACTS_FOLDER = join('.leakwatch', 'check');

/** What to check, and against what. */
export interface CheckTask {
  readonly loaded: LoadedConfig;
  /** Names of the scenarios to try; all of them when empty. */
  readonly only: readonly string[];
  /** In the baseline, or met in the build that this one is compared with. */
  readonly known: readonly KnownProblem[];
  readonly now: Date;
  readonly terminal: Terminal;
}

/**
 * Tries the scenarios one after the other. What is wrong with one is its result; the others are tried all the same.
 * @throws LeakwatchError SCENARIO for a name that the config does not have
 */
export async function checkAll(task: CheckTask): Promise<CheckReport> {
  const startedAt = performance.now();
  const { loaded, known, now } = task;
  const room = artifactRoom(loaded.config.artifacts?.maxMegabytes);
  const scenarios: ScenarioResult[] = [];
  for (const name of namesIn(task)) scenarios.push(await checkOne(name, task, room));
  return {
    version: CHECK_VERSION,
    outcome: outcomeOf(scenarios),
    headline: headlineOf(scenarios),
    startedAt: now.toISOString(),
    elapsedMs: Math.round(performance.now() - startedAt),
    root: loaded.folder,
    repository: repositoryOf(loaded.folder),
    configFile: loaded.file,
    scenarios,
    fixed: known.filter((entry) => isFixed(entry, scenarios)),
  };
}

/** The folder above that git keeps; the same one where there is none. */
function repositoryOf(folder: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, '.git'))) return above;
    if (above === dirname(above)) return folder;
  }
}

function namesIn({ loaded: { config }, only }: CheckTask): readonly string[] {
  const names = Object.keys(config.scenarios);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown === undefined) return only.length === 0 ? names : only;
  throw new LeakwatchError('SCENARIO', `There is no scenario "${unknown}"; there are ${names.join(', ')}.`);
}

async function checkOne(name: string, task: CheckTask, room: ArtifactRoom): Promise<ScenarioResult> {
  const { loaded, terminal } = task;
  const entry = loaded.config.scenarios[name];
  const scenario: ScenarioConfig = typeof entry === 'function' ? { run: entry } : entry;
  const kind = 'run' in scenario ? 'function' : 'start' in scenario ? 'service' : 'snapshots';
  const folder = artifactFolder(name, loaded);
  const startedAt = performance.now();
  terminal.status(`checking ${name}`);
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const tried = await tryOne(name, scenario, { task, folder });
    const result = { name, kind, ...judged(name, tried, task) } as const;
    if (result.outcome === 'failed') await writeReportPage(folder, name, tried);
    const artifacts = keepArtifacts(folder, loaded.folder, result.outcome === 'failed', room);
    return { ...result, artifacts, elapsedMs: Math.round(performance.now() - startedAt) };
  } catch (error) {
    if (!(error instanceof LeakwatchError)) throw error;
    const artifacts = keepArtifacts(folder, loaded.folder, true, room);
    if (error.code === 'INTERRUPTED') throw error;
    const elapsedMs = Math.round(performance.now() - startedAt);
    return {
      name,
      kind,
      outcome: 'unable',
      sentence: error.message,
      elapsedMs,
      measures: {},
      problems: [],
      artifacts,
    };
  } finally {
    terminal.status(null);
  }
}

interface Place {
  readonly task: CheckTask;
  readonly folder: string;
}

function tryOne(name: string, scenario: ScenarioConfig, { task, folder }: Place): Promise<Tried> {
  const { config, file: configFile, folder: root } = task.loaded;
  const budgets = { ...config.budgets, ...scenario.budgets };
  if ('run' in scenario) return runFunction({ name, scenario, budgets, configFile, root, folder });
  if ('start' in scenario) return runService({ scenario, budgets, root, folder, terminal: task.terminal });
  return runSnapshots({ scenario, budgets, root });
}

function judged(
  name: string,
  { problems, measures, sentence }: Tried,
  { known, now }: CheckTask,
): Pick<ScenarioResult, 'outcome' | 'sentence' | 'measures' | 'problems'> {
  const today = now.toISOString().slice(0, 10);
  const all = problems.map((problem) => marked(problem, name, known, today));
  const failing = all.filter(({ mark }) => mark !== 'known');
  return { outcome: failing.length > 0 ? 'failed' : 'passed', sentence, measures, problems: all };
}

/** A name may be anything; a folder's may not. */
function artifactFolder(name: string, { config, folder }: LoadedConfig): string {
  const plain = name.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '');
  const unique = plain === name ? plain : `${plain.slice(0, 60)}-${hash(name).slice(0, 6)}`;
  return join(resolve(folder, config.artifacts?.folder ?? ARTIFACTS_FOLDER), unique);
}

function outcomeOf(scenarios: readonly ScenarioResult[]): Outcome {
  if (scenarios.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return scenarios.some(({ outcome }) => outcome === 'unable') ? 'unable' : 'passed';
}

function headlineOf(scenarios: readonly ScenarioResult[]): string {
  const of = (outcome: Outcome) => scenarios.filter((scenario) => scenario.outcome === outcome).length;
  const all = countText(scenarios.length, 'scenario');
  const known = scenarios.flatMap(({ problems }) => problems).filter(({ mark }) => mark === 'known').length;
  const parts = [
    ...(of('failed') > 0 ? [`${of('failed')} of ${all} failed`] : []),
    ...(of('unable') > 0 ? [`${of('unable')} of ${all} could not be judged`] : []),
    ...(of('passed') === scenarios.length ? [`${all} passed`] : []),
    ...(known > 0 ? [`${countText(known, 'known problem')} put up with`] : []),
  ];
  return `${parts.join(', ')}.`;
}

function isFixed(known: KnownProblem, scenarios: readonly ScenarioResult[]): boolean {
  const result = scenarios.find(({ name }) => name === known.scenario);
  return (
    result !== undefined &&
    result.outcome !== 'unable' &&
    !result.problems.some((problem) => isSameProblem(known, problem))
  );
}
