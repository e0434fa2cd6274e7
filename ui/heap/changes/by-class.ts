import { NONE, classify, shallowBytes } from '../../../analyzer/heap/index.ts';
import type { ShapeDefinition } from '../../../analyzer/heap/index.ts';
import type { Grouper, Groups } from './grouping.ts';

/** By class as Chrome DevTools sees it; plain objects by the shapes of the snapshot that is given first. */
export function byClass(groups: Groups): Grouper {
  let shapes: readonly ShapeDefinition[] | undefined;
  return (graph) => {
    const { classOf, classKeys, classNames, shapes: found } = classify(graph, shapes);
    shapes ??= found;
    const groupOfClass = classKeys.map((key, index) =>
      groups.indexOf(key, () => ({ name: classNames[index], detail: null })),
    );
    const bytes = shallowBytes(graph);
    const groupOf = Uint32Array.from(classOf, (index, node) =>
      bytes[node] === 0 ? NONE : groupOfClass[index],
    );
    return { groupOf, bytes };
  };
}
