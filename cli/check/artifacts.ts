import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeOutput } from '../show-report.ts';
import { renderHtmlReport } from '../../ui/static-report.ts';
import type { Tried } from './measured.ts';

const DEFAULT_MEGABYTES = 500;
const LARGE = /\.heapsnapshot$/;

/** The room that is left for what is kept of all failing scenarios together. */
export interface ArtifactRoom {
  bytes: number;
}

export const artifactRoom = (maxMegabytes: number = DEFAULT_MEGABYTES): ArtifactRoom => ({
  bytes: maxMegabytes * 1e6,
});

/** Adds the report of a failing scenario, as a page, to what it has left in its folder. */
export async function writeReportPage(folder: string, name: string, tried: Tried): Promise<void> {
  if (tried.report === null) return;
  writeOutput(join(folder, 'report.html'), await renderHtmlReport(tried.report, tried.recordings, { name }));
}

/**
 * What is kept of a scenario, relative to the root: all of its folder that there is room for, small files first. The rest
 * is deleted, and so is everything when it is not `wanted`.
 */
export function keepArtifacts(folder: string, root: string, wanted: boolean, room: ArtifactRoom): string[] {
  if (!existsSync(folder)) return [];
  if (!wanted) {
    rmSync(folder, { recursive: true, force: true });
    return [];
  }
  const kept: string[] = [];
  for (const { file, bytes } of filesIn(folder)) {
    if (bytes > room.bytes) rmSync(file);
    else {
      room.bytes -= bytes;
      kept.push(relative(root, file));
    }
  }
  if (kept.length === 0) rmSync(folder, { recursive: true, force: true });
  return kept;
}

function filesIn(folder: string): { readonly file: string; readonly bytes: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, bytes: statSync(file).size }))
    .toSorted((a, b) => Number(LARGE.test(a.file)) - Number(LARGE.test(b.file)) || a.bytes - b.bytes);
}
