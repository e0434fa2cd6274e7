import { SNAPSHOT_MODES } from '../../agent/recording.ts';
import type { SnapshotMode } from '../../agent/recording.ts';
import { nearest } from '../suggest.ts';
import { UsageError } from '../usage-error.ts';

/**
 * The mode a word names.
 * @throws UsageError when it names none
 */
export function parseSnapshotMode(word: string): SnapshotMode {
  const mode = SNAPSHOT_MODES.find((known) => known === word);
  if (mode !== undefined) return mode;
  const meant = nearest(word, SNAPSHOT_MODES);
  const hint = meant === null ? `Write one of ${SNAPSHOT_MODES.join(', ')}.` : `Did you mean \`${meant}\`?`;
  throw new UsageError(`"${word}" is no way to take a snapshot.`, hint);
}
