import type { ChangeRow, ChangeSort, HeapQuestions } from '../questions.ts';
import { cameAndWent } from './came-and-went.ts';
import type { CameAndWent } from './came-and-went.ts';
import type { Counted, Tally } from './count-changes.ts';

/** From which snapshot to which, as indices; every one between counts for what grew each time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What came and went between two snapshots; null when ids do not tell. */
export function turnover({ members }: Counted, { from, to }: Span): CameAndWent | null {
  return members.length > 0 ? cameAndWent(members[from], members[to]) : null;
}

/** The groups that changed over the span and are asked for, in the order that is asked for. */
export function changeRows(
  { tallies }: Counted,
  span: Span,
  turned: CameAndWent | null,
  ask: Omit<HeapQuestions['changes']['ask'], 'offset' | 'limit' | 'by' | 'from' | 'to'>,
): ChangeRow[] {
  const part = ask.search.toLowerCase();
  const rows: ChangeRow[] = [];
  for (const [group, tally] of tallies.entries()) {
    const came = turned === null ? null : (turned.came.get(group) ?? 0);
    const went = turned === null ? null : (turned.went.get(group) ?? 0);
    if (!hasChanged(tally, span) && (came ?? 0) + (went ?? 0) === 0) continue;
    if (ask.onlyGrowing && !growsEachTime(tally, span)) continue;
    if (!`${tally.name} ${tally.where ?? ''}`.toLowerCase().includes(part)) continue;
    rows.push({ ...tally, came, went });
  }
  const value = SORT_VALUES[ask.sort];
  const sign = ask.ascending ? 1 : -1;
  return rows.toSorted((one, other) => sign * ordering(value(one, span), value(other, span)));
}

const SORT_VALUES: Readonly<Record<ChangeSort, (row: ChangeRow, span: Span) => string | number>> = {
  name: ({ name }) => name,
  objects: ({ objectCounts }, { from, to }) => objectCounts[to] - objectCounts[from],
  bytes: ({ bytes }, { from, to }) => bytes[to] - bytes[from],
  came: ({ came }) => came ?? 0,
  went: ({ went }) => went ?? 0,
};

function ordering(one: string | number, other: string | number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function hasChanged({ objectCounts, bytes }: Tally, { from, to }: Span): boolean {
  return objectCounts[from] !== objectCounts[to] || bytes[from] !== bytes[to];
}

/** More objects in every snapshot of the span than in the one before. */
function growsEachTime({ objectCounts }: Tally, { from, to }: Span): boolean {
  for (let at = Math.min(from, to) + 1; at <= Math.max(from, to); at++)
    if (objectCounts[at] <= objectCounts[at - 1]) return false;
  return true;
}
