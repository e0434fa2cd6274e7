import { PLAIN_CLASSES } from '../detectors/holder-name.ts';
import { NONE } from '../heap/graph.ts';
import type { Exploration } from './exploration.ts';
import { objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';

/** Objects of one class that are held in the same way. */
export interface HeldObjects {
  readonly className: string;
  /** NodeIndexes, those that retain most first. */
  readonly nodes: readonly number[];
  /** What its program calls the first of them. */
  readonly name: ObjectName;
}

/**
 * Puts objects together that a person would not tell apart: same class, and held by the same class under the same label. Of
 * arrays, maps and plain objects the class says nothing, so those are told apart by who holds them in turn.
 */
export function groupedByHolder(exploration: Exploration, nodes: readonly number[]): HeldObjects[] {
  const { view, holding, retained } = exploration;
  const groups = new Map<string, number[]>();
  const wayOf = waysOf(exploration);
  for (const node of nodes) {
    const key = `${view.className(node)}\n${holding.via[node]}\n${wayOf(holding.holder[node])}`;
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

const MAX_CLIMB = 6; // as far as names go

/** Holder (NodeIndex | NONE) -> the classes and labels from it up to the first one that is known by its class or its place in the code. */
function waysOf(exploration: Exploration): (holder: number) => string {
  const { view, holding } = exploration;
  const known = new Map<number, string>(); // one holder may hold a million
  const climb = (from: number): string => {
    const steps: (string | number)[] = [];
    let at = from;
    for (let step = 0; step < MAX_CLIMB && at !== NONE && PLAIN_CLASSES.has(view.className(at)); step++) {
      steps.push(view.className(at), holding.via[at]);
      at = holding.holder[at];
    }
    return [...steps, at === NONE ? '' : `${view.className(at)} ${codePlaceOf(exploration, at)}`].join('\n');
  };
  return (holder) => {
    const way = known.get(holder) ?? climb(holder);
    known.set(holder, way);
    return way;
  };
}

/** Of a function, or of a scope the function whose it is: where its code stands; empty of anything else. */
function codePlaceOf({ view, scripts }: Exploration, node: number): string {
  const position = scripts.positionOf(view.isScope(node) ? scripts.closureIn(node) : node);
  return position === null ? '' : `${position.script}:${position.line}:${position.column}`;
}
