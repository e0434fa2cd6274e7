import { rm, stat } from 'node:fs/promises';
import { PROFILE_SUFFIXES, SNAPSHOT_SUFFIX } from '../agent/recording.ts';
import type { Capture } from './api.ts';

/** Where captures are: what the page calls each file -> its path. Only these can be asked about. */
export interface CaptureSource {
  capturePaths(): Promise<ReadonlyMap<string, string>>;
  /** Whether the file lies in the run folder, and is not one that the user named. */
  isOwn(file: string): boolean;
}

/** What an agent names its captures: process and thread, a number, what it is, and how it is packed. */
const CAPTURE_NAME = /^(\d+-\d+)-\d+\.\w+(?:\.\w+)?$/;

/** Suffix of a file -> what it is. */
const KINDS: Readonly<Record<string, Capture['kind']>> = {
  [SNAPSHOT_SUFFIX]: 'snapshot',
  [PROFILE_SUFFIXES.cpu]: 'cpu',
  [PROFILE_SUFFIXES.heap]: 'heap',
};

/** What kind of capture a file is by its name; a file that the user named is a snapshot whatever its name. */
export function captureKind(file: string): Capture['kind'] {
  const suffix = Object.keys(KINDS).find((known) => file.endsWith(known));
  return suffix === undefined ? 'snapshot' : KINDS[suffix];
}

/** Those that are there, oldest first. */
export async function listCaptures(source: CaptureSource): Promise<Capture[]> {
  const paths = await source.capturePaths();
  const found = await Promise.allSettled(
    [...paths].map(async ([file, path]): Promise<Capture> => {
      const { size, mtimeMs } = await stat(path);
      return {
        kind: captureKind(file),
        file,
        process: CAPTURE_NAME.exec(file)?.[1] ?? '',
        fileBytes: size,
        takenAt: mtimeMs,
        canDelete: source.isOwn(file),
      };
    }),
  );
  return found
    .flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    .toSorted((one, other) => one.takenAt - other.takenAt);
}

/** Deletes a file of the run folder with the index that may lie beside it; false when it is none of these. */
export async function deleteCapture(source: CaptureSource, file: string): Promise<boolean> {
  const path = (await source.capturePaths()).get(file);
  if (path === undefined || !source.isOwn(file)) return false;
  await rm(path, { force: true });
  await rm(`${path}.index`, { force: true });
  return true;
}
