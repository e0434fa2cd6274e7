/**
 * What the page asks about a heap snapshot and what it is answered: types only. Objects are named by their index in the
 * file. Lists come in pages; strings come cut to what a table can show.
 */

import type {
  BufferRow,
  CacheRow,
  DuplicateRow,
  HandleRow,
  ListenerRow,
  TimerRow,
  WaitingRow,
} from './thing-rows.ts';

/** What is asked about Node's own things; `internal`: also of those that only Node itself made. */
export type ThingsAsk = Paging & { readonly search: string; readonly internal: boolean };

/** A snapshot that can be opened. */
export interface SnapshotFile {
  readonly file: string;
  readonly fileBytes: number;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Of the process that the verdict is about. */
  readonly isReported: boolean;
}

export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

export interface Page<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface ObjectRow {
  readonly node: number;
  /** V8's, as DevTools shows it after an @. */
  readonly id: number;
  readonly name: string;
  readonly className: string;
  readonly type: string;
  readonly shallowBytes: number;
  readonly retainedBytes: number;
  /** 0..1 of the retained bytes that came after the earliest snapshot; null when ids do not tell. */
  readonly newShare: number | null;
}

/** An object with the reference through which it is listed. */
export interface ReferenceRow extends ObjectRow {
  readonly edge: string;
  readonly edgeType: string;
}

/** An object with the name of the variable or property through which it is held; empty where there is none near it. */
export interface OwnedRow extends ObjectRow {
  readonly heldAs: string;
}

export interface ClassRow {
  readonly key: string;
  readonly name: string;
  readonly objectCount: number;
  readonly shallowBytes: number;
  readonly retainedBytes: number;
}

/** How objects are put together to see what changed; see analyzer/explore/groupings.ts. */
export type ChangeGrouping = 'class' | 'shape' | 'path' | 'owner';

export interface ChangeRow {
  readonly key: string;
  readonly name: string;
  /** Where it is held, when the name alone does not tell. */
  readonly where: string | null;
  /** Per snapshot, oldest first. */
  readonly objectCounts: readonly number[];
  /** Per snapshot: own bytes, by owner all that is kept alive. */
  readonly bytes: readonly number[];
  /** Objects that only the later of the two snapshots has; null when ids do not tell. */
  readonly came: number | null;
  readonly went: number | null;
  /** Its newest object in the last snapshot. */
  readonly sample: number | null;
}

export interface ObjectAnswer {
  readonly object: ObjectRow;
  /** From the object to a root, each with the reference by which it holds the one before; null when nothing holds it. */
  readonly path: readonly ReferenceRow[] | null;
  readonly retainers: Page<ReferenceRow>;
  readonly references: Page<ReferenceRow>;
}

export interface OwnersAnswer {
  /** From the root down to the node that was asked for. */
  readonly chain: readonly OwnedRow[];
  /** What the node alone keeps alive, largest first. */
  readonly children: readonly OwnedRow[];
  readonly restCount: number;
  readonly restBytes: number;
}

export type ClassSort = 'name' | 'objectCount' | 'shallowBytes' | 'retainedBytes';
export type ChangeSort = 'name' | 'objects' | 'bytes' | 'came' | 'went';

/** Question -> its parameters beside the file, and its answer. */
export interface HeapQuestions {
  classes: { ask: Paging & { search: string; sort: ClassSort; ascending: boolean }; answer: Page<ClassRow> };
  instances: { ask: Paging & { key: string }; answer: Page<ObjectRow> };
  search: { ask: Paging & { text: string }; answer: Page<ObjectRow> };
  /** The object of V8's `id`, or with id 0 of the index `node`. `ignored`: nodes that are passed over when looking for what holds the object. */
  object: { ask: Paging & { node: number; id: number; ignored: readonly number[] }; answer: ObjectAnswer };
  owners: { ask: { node: number }; answer: OwnersAnswer };
  listeners: { ask: ThingsAsk; answer: Page<ListenerRow> };
  timers: { ask: ThingsAsk; answer: Page<TimerRow> };
  waiting: { ask: ThingsAsk; answer: Page<WaitingRow> };
  caches: { ask: ThingsAsk & { sort: 'entries' | 'retained' }; answer: Page<CacheRow> };
  buffers: { ask: ThingsAsk; answer: Page<BufferRow> };
  handles: { ask: ThingsAsk; answer: Page<HandleRow> };
  duplicates: { ask: ThingsAsk; answer: Page<DuplicateRow> };
  /** `from`, `to`: files; the first and the last where they name none. */
  changes: {
    ask: Paging & {
      by: ChangeGrouping;
      from: string;
      to: string;
      search: string;
      sort: ChangeSort;
      ascending: boolean;
      onlyGrowing: boolean;
    };
    answer: Page<ChangeRow> & {
      readonly files: readonly string[];
      readonly from: number;
      readonly to: number;
    };
  };
}

export type HeapAsk = keyof HeapQuestions;
