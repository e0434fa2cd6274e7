import type { SnapshotTaken } from '../../agent/recording.ts';
import { bytesText } from '../../analyzer/render/units.ts';
import { formatDuration } from '../duration.ts';

/** What a written snapshot took of the application, as the rest of a sentence that begins with its size; may be empty. */
export function snapshotCosts(taken: SnapshotTaken): string {
  const { mode, pauseMs, tookMs, copyPeakBytes = 0, copiedBytes = 0, fallback } = taken;
  if (pauseMs === undefined) return '';
  const pause = formatDuration(pauseMs);
  if (mode !== 'fork' || tookMs === undefined)
    return `, the application stood still for ${pause}${fallback === undefined ? '' : `; not forked: ${fallback}`}`;
  const memory = `the copy took up to ${bytesText(copyPeakBytes)}, the application up to ${bytesText(copiedBytes)} more`;
  return ` in ${formatDuration(tookMs)}, of which the application stood still for ${pause}; ${memory}`;
}
