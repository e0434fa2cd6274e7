import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { RecordingHeader } from '../agent/recording.ts';
import type { Finding, Report, SourceLocation } from '../analyzer/report.ts';
import type { SourceExcerpt } from './api.ts';

const LINES_AROUND = 8;
const MAX_FILE_BYTES = 4 << 20;
const MAX_LINE_LENGTH = 400; // a bundle in one line would hide the code that matters

/** Every place in the code that the report names. */
export function locationsOf(report: Report): SourceLocation[] {
  return report.findings.flatMap(locationsOfFinding);
}

function locationsOfFinding({ culprit, trace }: Finding): SourceLocation[] {
  const all = [
    culprit.location,
    ...culprit.sites.map((site) => site.location),
    ...trace.map((step) => step.location),
  ];
  return all.filter((location) => location !== null);
}

/**
 * The lines around a place in the application's code. Null when the file is not inside one of the folders, also not by
 * a symbolic link, or cannot be read: a report may have been made elsewhere, or from a snapshot that lies.
 * @param folders working directories of the observed processes
 */
export async function sourceExcerpt(
  { file, line }: Pick<SourceLocation, 'file' | 'line'>,
  folders: readonly string[],
): Promise<SourceExcerpt | null> {
  for (const folder of folders) {
    const text = await readInside(folder, file);
    if (text !== null) return excerptOf(text, file, line);
  }
  return null;
}

/** Where the code of processes may lie, each folder once: those in which they ran, then those of what they were started with. */
export function foldersOfCode(headers: readonly Pick<RecordingHeader, 'cwd' | 'script'>[]): string[] {
  const started = headers.map(({ script }) => script).filter((script) => isAbsolute(script));
  return [...new Set([...headers.map(({ cwd }) => cwd), ...started.map((script) => dirname(script))])];
}

/** The text of a file that lies inside the folder, also by its real path, and is no larger than code is; null of any other. */
export async function readInside(folder: string, file: string): Promise<string | null> {
  try {
    const path = await realpath(resolve(folder, file));
    if (!isInside(await realpath(folder), path)) return null;
    const status = await stat(path);
    return status.isFile() && status.size <= MAX_FILE_BYTES ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function excerptOf(text: string, file: string, line: number): SourceExcerpt | null {
  const lines = text.trimEnd().split(/\r?\n/);
  if (!(line >= 1 && line <= lines.length)) return null;
  const firstLine = Math.max(1, line - LINES_AROUND);
  const shown = lines.slice(firstLine - 1, line + LINES_AROUND);
  return { file, line, firstLine, lines: shown.map((code) => code.slice(0, MAX_LINE_LENGTH)) };
}
