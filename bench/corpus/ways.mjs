/** The two ways to a verdict on a case: from snapshots that its driver saves, and through the agent. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { analyzeRun, analyzeSnapshots, readRun } from '../../dist/analyzer/index.js';
import { startCase } from './cases.mjs';

const AGENT = resolve(import.meta.dirname, '..', '..', 'dist', 'agent', 'index.js');

/** Snapshots after these rounds; a cache that fills up needs one more to show it. */
const ROUNDS = { leaky: '2,5,8', fixed: '2,5,8', app: '2,5,8,11' };
const SAVING_LIMIT_MS = '600000';

/** The saved snapshots of a case, in the order taken. */
export async function saveSnapshots(corpus, one, { folder, nodeFolder }) {
  mkdirSync(folder, { recursive: true });
  const env = { SNAP_ROUNDS: ROUNDS[one.variant], SNAP_DIR: folder, MAX_MS: SAVING_LIMIT_MS };
  const { status, stderr } = await startCase(corpus, one, { path: nodeFolder, env }).ended;
  if (status !== 0) throw new Error(`${one.name} ${one.variant} ended with ${status}: ${stderr.slice(-300)}`);
  return readdirSync(folder)
    .toSorted((left, right) => round(left) - round(right))
    .map((name) => join(folder, name));
}

const round = (name) => Number(/-r(\d+)\./.exec(name)[1]);

export const fromFiles = (files, { folder }) => analyzeSnapshots(files, { root: folder });

const PACE = { ROUNDS: '100000', ROUND_PAUSE_MS: '1000' };
const MIN_ROUNDS = 24; // of a driver: a shorter run says little of what is healthy
const HEALTHY_LIMIT_MS = 48_000; // where nothing grows the agent never takes its three snapshots
const ENOUGH_SNAPSHOTS = 3;
const LOOK_EVERY_MS = 2000;
const END_MS = 20_000; // from the signal to stop until the recording is closed

/**
 * As a person would have it: the agent preloaded with its defaults, nothing said about when to take a snapshot. However
 * slow the machine, the driver goes on until it has had its rounds and the agent its three snapshots, or the limit is reached.
 */
export async function throughAgent(corpus, one, { folder, nodeFolder, limitMs }) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const atMostMs = one.isLeaky ? limitMs : Math.min(limitMs, HEALTHY_LIMIT_MS);
  const env = { ...PACE, MAX_MS: String(limitMs), NODE_ARGS: `--require ${AGENT}`, LEAKWATCH_DIR: folder };
  const { child, ended } = startCase(corpus, one, { path: nodeFolder, env });
  const startedAt = performance.now();
  const isOver = ended.then(() => true);
  for (;;) {
    if (await Promise.race([isOver, pause(LOOK_EVERY_MS, false)])) break;
    const elapsedMs = performance.now() - startedAt;
    const hadItsRounds = elapsedMs >= MIN_ROUNDS * Number(PACE.ROUND_PAUSE_MS);
    if (elapsedMs >= atMostMs || (hadItsRounds && (await snapshotsIn(folder)) >= ENOUGH_SNAPSHOTS)) break;
  }
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(killer);
  const report = await analyzeRun(folder);
  rmSync(folder, { recursive: true });
  return report;
}

/** Snapshots of the process that has the most; 0 as long as there is no recording. */
async function snapshotsIn(folder) {
  const members = await readRun(folder).catch(() => []);
  return Math.max(0, ...members.map(({ snapshots }) => snapshots.length));
}
