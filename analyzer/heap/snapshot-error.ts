import { LeakwatchError } from '../error.ts';

export type SnapshotErrorCode =
  | 'NOT_FOUND'
  | 'NOT_READABLE'
  | 'IS_DIRECTORY'
  | 'NOT_A_FILE'
  | 'EMPTY'
  | 'NOT_A_SNAPSHOT'
  | 'TRUNCATED'
  | 'MALFORMED'
  | 'UNSUPPORTED'
  | 'TOO_LARGE';

/** Why a file could not be read as a heap snapshot. */
export class SnapshotError extends LeakwatchError {
  declare readonly code: SnapshotErrorCode;
  /** The top-level section of the file in which the fault lies; null when it lies outside of all. */
  readonly section: string | null;
  /** Where in the (unpacked) bytes the fault was noticed; null when it has no place. */
  readonly offset: number | null;

  constructor(code: SnapshotErrorCode, message: string, place: FaultPlace = {}, options?: ErrorOptions) {
    super(code, message, options);
    this.section = place.section ?? null;
    this.offset = place.offset ?? null;
  }
}

export interface FaultPlace {
  readonly section?: string | null;
  readonly offset?: number | null;
}

/** A fault inside of a section, worded alike everywhere: `nodes, byte 4711: …`. */
export function malformed(section: string, offset: number, what: string): SnapshotError {
  return new SnapshotError(
    'MALFORMED',
    `Damaged heap snapshot: section "${section}", byte ${offset}: ${what}`,
    {
      section,
      offset,
    },
  );
}

export function truncated(section: string, offset: number, what: string): SnapshotError {
  return new SnapshotError(
    'TRUNCATED',
    `Truncated heap snapshot: ends at byte ${offset} in section "${section}", ${what}`,
    {
      section,
      offset,
    },
  );
}
