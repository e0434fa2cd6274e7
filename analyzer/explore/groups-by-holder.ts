import type { Exploration } from './exploration.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';

/** Objects of one class that objects of one class hold in the same way. */
export interface HeldObjects {
  readonly className: string;
  /** NodeIndexes, those that retain most first. */
  readonly nodes: readonly number[];
  /** What its program calls the first of them. */
  readonly name: ObjectName;
}

/** Puts objects together that a person would not tell apart: same class, held by the same class under the same label. */
export function groupedByHolder(exploration: Exploration, nodes: readonly number[]): HeldObjects[] {
  const { view, holding, retained } = exploration;
  const groups = new Map<string, number[]>();
  for (const node of nodes) {
    const holder = holding.holder[node];
    const holderClass = holder < holding.holder.length ? view.className(holder) : '';
    const key = `${view.className(node)}\n${holding.via[node]}\n${holderClass}`;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  return [...groups.values()].map((group) => {
    const largestFirst = group.toSorted((one, other) => retained[other] - retained[one]);
    return {
      className: view.className(group[0]),
      nodes: largestFirst,
      name: objectName(exploration, largestFirst[0]),
    };
  });
}
