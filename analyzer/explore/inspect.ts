import { NONE } from '../heap/graph.ts';
import { Rank } from '../model/ranks.ts';
import type { SourceLocation } from '../report.ts';
import type { Exploration } from './exploration.ts';
import { collectionContent } from './content.ts';
import type { CollectionContent } from './content.ts';
import { declaredAt, objectName } from './object-name.ts';
import type { ObjectName } from './object-name.ts';
import { objectRow, stringStart } from './object-row.ts';
import type { ObjectRow } from './object-row.ts';
import { pageOf } from './paging.ts';
import type { Page, Paging } from './paging.ts';
import { dominatedBy } from './select-nodes.ts';

/** An object at the other end of a reference. */
export interface ReferenceRow extends ObjectRow {
  /** `.name`, `$variable`, `[*]`, `(V8's own)`. */
  readonly reference: string;
}

/** All that a snapshot tells of one object. */
export interface Inspection extends ObjectRow {
  /** V8's type of the node: object, closure, string, native, … */
  readonly type: string;
  /** The start of its text, for a string; longer than the preview. */
  readonly text: string | null;
  readonly name: ObjectName;
  /** Where its function or its class is declared. */
  readonly declaredAt: SourceLocation | null;
  /** Share of the whole heap that it retains, 0..1. */
  readonly shareOfHeap: number;
  /** Entries and examples of keys, when it is a collection. */
  readonly content: CollectionContent | null;
  /** The object without which it would go; null for the root. */
  readonly dominator: ObjectRow | null;
  /** What it alone keeps alive, largest first. */
  readonly dominated: Page<ObjectRow>;
  /** What it refers to, in the program's words, largest retained size first. */
  readonly references: Page<ReferenceRow>;
  /** What refers to it, those that a program would name first. */
  readonly retainers: Page<ReferenceRow>;
}

const MAX_TEXT = 2000;

/** @param node NodeIndex of the object asked about */
export function inspect(exploration: Exploration, node: number, paging: Paging): Inspection {
  const { graph, view, dominator, retained } = exploration;
  const referenceRow = ({ node: other, label }: Reference): ReferenceRow => ({
    reference: exploration.labels.text(label),
    ...objectRow(exploration, other),
  });
  return {
    ...objectRow(exploration, node),
    type: graph.nodeTypeNames[graph.nodeType[node]],
    text: view.isString(node) ? stringStart(exploration, node, MAX_TEXT) : null,
    name: objectName(exploration, node),
    declaredAt: declaredAt(exploration, node),
    shareOfHeap: retained[node] / Math.max(1, retained[0]),
    content: collectionContent(exploration, node),
    dominator: node === 0 ? null : objectRow(exploration, dominator[node]),
    dominated: pageOf(dominatedBy({ ...exploration.owned, retained }, node), paging, (child) =>
      objectRow(exploration, child),
    ),
    references: pageOf(referencesOf(exploration, node), paging, referenceRow),
    retainers: pageOf(retainersOf(exploration, node), paging, referenceRow),
  };
}

interface Reference {
  readonly node: number; // NodeIndex at the other end
  readonly label: number;
  readonly rank: number;
}

function referencesOf({ references, retained }: Exploration, node: number): Reference[] {
  const { at, count, target, label, rank } = references;
  const found: Reference[] = [];
  for (let index = at[node]; index < at[node] + count[node]; index++)
    found.push({ node: target[index], label: label[index], rank: rank[index] });
  return found.toSorted((one, other) => retained[other.node] - retained[one.node]);
}

/** One pass over all references; for the few objects a person asks about. */
function retainersOf({ references, holding, retained }: Exploration, node: number): Reference[] {
  const { at, count, target, label, rank } = references;
  const found: Reference[] = [];
  for (let holder = 0; holder < at.length; holder++) {
    for (let index = at[holder]; index < at[holder] + count[holder]; index++) {
      if (target[index] === node) found.push({ node: holder, label: label[index], rank: rank[index] });
    }
  }
  const isShortest = ({ node: holder }: Reference) => (holding.holder[node] === holder ? 0 : 1);
  return found.toSorted(
    (one, other) =>
      isShortest(one) - isShortest(other) ||
      one.rank - other.rank ||
      retained[other.node] - retained[one.node],
  );
}

/** Whether nothing but the stack, handle scopes and the like hold the object, or nothing at all. */
export function isPassing({ holding }: Exploration, node: number): boolean {
  return holding.holder[node] === NONE || holding.rank[node] === Rank.accident;
}
