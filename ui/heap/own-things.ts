import type { RankedCollections } from '../../analyzer/explore/collections.ts';
import { contains } from '../../analyzer/explore/select-nodes.ts';
import type { TimerRow } from '../../analyzer/explore/timers.ts';
import type { SourceLocation } from '../../analyzer/report.ts';
import type { Age, HeldAs } from './thing-rows.ts';

/** Which of Node's own things are listed, and what is said of their age. */

const MAX_NAMED = 1000; // of things that are sorted by size; what comes later is too small to matter

/** Those of the largest whose class or name contains the text. */
export function named({ nodes, row }: RankedCollections, text: string): RankedCollections {
  const fits = (node: number) => {
    const { className, name } = row(node);
    return contains(className, text) || contains(name.phrase, text);
  };
  return { nodes: nodes.slice(0, MAX_NAMED).filter(fits), row };
}

/** What a row of Node's things may tell of places in the code. */
export interface Placed {
  readonly location?: SourceLocation | null;
  readonly name?: HeldAs;
  readonly emitter?: HeldAs;
  readonly promise?: HeldAs;
}

/** Whether all that is known of where a thing was made is in Node itself. */
export function isInternal({ location, name, emitter, promise }: Placed): boolean {
  const known = [location, name?.location, emitter?.location, promise?.location].filter((place) => !!place);
  return known.length > 0 && known.every(({ file }) => file.startsWith('node:'));
}

/** When timers were made, by their ids; null when ids do not tell. */
export function ageOf({ oldestId, newestId }: TimerRow, newAfterId: number | null): Age | null {
  if (newAfterId === null) return null;
  if (oldestId > newAfterId) return 'after';
  return newestId > newAfterId ? 'mixed' : 'before';
}
