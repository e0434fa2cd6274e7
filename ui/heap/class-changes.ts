import { classify, readSnapshot, shallowBytes } from '../../analyzer/heap/index.ts';
import type { ShapeDefinition } from '../../analyzer/heap/index.ts';
import type { ChangeRow, ChangeSort } from './questions.ts';

/** What a table of changes is sorted by. */
export const CHANGE_VALUES: Readonly<Record<ChangeSort, (row: ChangeRow) => string | number>> = {
  name: ({ name }: ChangeRow) => name,
  objects: ({ objectCounts }: ChangeRow) => objectCounts.at(-1)! - objectCounts[0],
  bytes: ({ shallowBytes: bytes }: ChangeRow) => bytes.at(-1)! - bytes[0],
};

/** More objects in every snapshot than in the one before. */
export function growsEachTime({ objectCounts }: ChangeRow): boolean {
  return objectCounts.every((count, i) => i === 0 || count > objectCounts[i - 1]);
}

/** Objects and bytes per class in each file; plain objects are named after the shapes of the last one. */
export async function countClasses(
  paths: readonly string[],
  onProgress: (share: number) => void,
): Promise<ChangeRow[]> {
  const rows = new Map<
    string,
    { key: string; name: string; objectCounts: number[]; shallowBytes: number[] }
  >();
  let shapes: readonly ShapeDefinition[] | undefined;
  for (let file = paths.length - 1; file >= 0; file--) {
    const graph = await readSnapshot(paths[file]);
    const { classOf, classKeys, classNames, shapes: found } = classify(graph, shapes);
    shapes ??= found;
    const bytes = shallowBytes(graph);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (bytes[node] === 0) continue;
      const key = classKeys[classOf[node]];
      let row = rows.get(key);
      if (!row) {
        const name = classNames[classOf[node]].slice(0, 300);
        row = { key, name, objectCounts: paths.map(() => 0), shallowBytes: paths.map(() => 0) };
        rows.set(key, row);
      }
      row.objectCounts[file]++;
      row.shallowBytes[file] += bytes[node];
    }
    onProgress((paths.length - file) / paths.length);
  }
  return [...rows.values()].filter(({ objectCounts }) => new Set(objectCounts).size > 1);
}
