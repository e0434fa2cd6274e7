import type { ProfileTaken } from '../agent/recording.ts';
import type { ProfileView } from './api.ts';
import type { CodePlaces } from './code-places.ts';
import type { ProcessSeries } from './process-series.ts';
import { readProfile } from './profile-view.ts';

/** What is shown on either side of a stall: the clocks of the two files differ by some milliseconds. */
const MARGIN_MS = 20;

/** Where profiles are: what the page calls each file -> its path. */
export interface ProfileSource {
  readonly paths: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
  readonly places: CodePlaces;
}

/**
 * The calls during a stall one after the other, when somebody took a CPU profile meanwhile; otherwise null, since of a stall
 * itself only the heaviest stack is recorded.
 * @param at when the stall began, in epoch milliseconds
 */
export async function stallProfile(
  series: ProcessSeries,
  at: number,
  { paths, folders, places }: ProfileSource,
): Promise<ProfileView | null> {
  const { startedAt } = series.header;
  const stall = [...series.stalls.values()].find(({ atMs }) => startedAt + atMs === at);
  const profile = stall && [...series.profiles.values()].find((one) => covers(series, one, stall.atMs));
  const path = profile?.file === undefined ? undefined : paths.get(profile.file);
  if (!stall || !profile?.file || path === undefined) return null;
  const sinceMs = stall.atMs - series.profileStarts.get(profile.requestId)!;
  const span = {
    from: Math.round(1000 * Math.max(0, sinceMs - MARGIN_MS)),
    to: Math.round(1000 * (sinceMs + stall.durationMs + MARGIN_MS)),
  };
  const view = await readProfile(path, { file: profile.file, span, folders, places }).catch(() => null);
  return view && view.total > 0 ? view : null;
}

function covers(series: ProcessSeries, profile: ProfileTaken, atMs: number): boolean {
  const from = series.profileStarts.get(profile.requestId);
  const { kind, status, durationMs = 0 } = profile;
  if (kind !== 'cpu' || status !== 'written' || from === undefined) return false;
  return from <= atMs && atMs <= from + durationMs;
}
