import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { explore } from '../../analyzer/explore/exploration.ts';
import type { Exploration } from '../../analyzer/explore/exploration.ts';
import { largestObjects } from '../../analyzer/explore/top.ts';
import { nodeOfId } from '../../analyzer/explore/exploration.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';

const PROGRAM = join(__dirname, '..', '..', 'fixtures', 'explore', 'things.js');

/** Two snapshots of the program with one of everything, the later one larger; gone after the last test of the file. */
export function snapshotsOfThings(node: string = process.execPath): [earlier: string, later: string] {
  const folder = sharedTemporaryFolder();
  const { status, stderr } = spawnSync(node, [PROGRAM, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return [join(folder, '1.heapsnapshot'), join(folder, '2.heapsnapshot')];
}

/** The later snapshot, opened once for all tests of a file. */
export function thingsOpened(file: string): { readonly opened: Exploration } {
  const holder = {} as { opened: Exploration };
  beforeAll(async () => {
    holder.opened = await explore(file, { root: join(__dirname, '..', '..') });
  });
  return holder;
}

/** The Map that holds the sessions. */
export function sessionsMap(exploration: Exploration): { node: number; id: number } {
  const { rows } = largestObjects(exploration, { match: 'Map', offset: 0, limit: 50 });
  const { id } = rows.find(({ name }) => name.name === 'sessions')!;
  return { node: nodeOfId(exploration.graph, id), id };
}
