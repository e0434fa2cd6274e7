import { randomBytes } from 'node:crypto';
import { stat, utimes } from 'node:fs/promises';
import type { ByteCursor } from '../../heap/byte-cursor.ts';
import { skipValue } from '../../heap/json-values.ts';
import { newFile } from '../new-file.ts';
import type { NewFile } from '../new-file.ts';
import { replacer } from './replace.ts';
import type { Replace } from './replace.ts';
import { eachSection, eachString } from './sections.ts';
import { stringUses } from './string-uses.ts';

/** A snapshot, and where what may be shared of it goes; packed by gzip when that name ends with .gz. */
export interface Redaction {
  readonly from: string;
  readonly to: string;
}

export interface RedactOptions {
  /** Replace folder and file names as well. */
  readonly paths?: boolean;
  /** Called with 0..1 of the whole work, and the file worked on. */
  readonly onProgress?: (share: number, file: string) => void;
}

/**
 * Writes snapshots without the texts that were the program's data: each is replaced by its length and a keyed hash. Names that
 * structure needs stay: properties, classes, functions, scripts. Objects, sizes, ids and references are the same, and so is the
 * verdict. The key is random and forgotten, and one for all files of a call, so that they still compare. Holds a few bytes per
 * object, and never the file.
 * @throws SnapshotError as readSnapshot does; LeakwatchError OUTPUT when a file exists already or cannot be written
 */
export async function redact(redactions: readonly Redaction[], options: RedactOptions = {}): Promise<void> {
  const replace = replacer(randomBytes(32), { paths: options.paths ?? false });
  for (const [index, { from, to }] of redactions.entries()) {
    const onRead = (offset: number) => (doneBytes: number, totalBytes: number | null) =>
      options.onProgress?.(
        (index + offset + (totalBytes ? doneBytes / totalBytes / 2 : 0)) / redactions.length,
        from,
      );
    const uses = await stringUses({ path: from, onRead: onRead(0) });
    const file = await newFile(to, to.endsWith('.gz'));
    try {
      await copy({ path: from, ready: file.drained, onRead: onRead(0.5) }, file, uses, replace);
      await file.finish();
      await keepTime(from, to);
    } catch (error) {
      await file.discard();
      throw error;
    }
  }
}

/** When a snapshot was taken is told by its file alone. */
async function keepTime(from: string, to: string): Promise<void> {
  const { atimeMs, mtimeMs } = await stat(from);
  await utimes(to, atimeMs / 1000, mtimeMs / 1000);
}

async function copy(
  from: Parameters<typeof eachSection>[0],
  file: NewFile,
  uses: Uint8Array,
  replace: Replace,
): Promise<void> {
  let written = 0;
  await eachSection(from, async (name, cursor) => {
    file.write(`${written++ === 0 ? '{' : ',\n'}${JSON.stringify(name)}:`);
    if (name === 'strings') await copyStrings(cursor, file, uses, replace);
    else await skipValue(cursor, (bytes) => file.write(Buffer.from(bytes)));
    return true;
  });
  file.write('}\n');
}

async function copyStrings(
  cursor: ByteCursor,
  file: NewFile,
  uses: Uint8Array,
  replace: Replace,
): Promise<void> {
  file.write('[');
  await eachString(cursor, (json, index) => {
    file.write(`${index > 0 ? ',\n' : ''}${replaced(json.toString('utf8'), uses[index] ?? 0, replace)}`);
  });
  file.write(']');
}

/** A text that is no JSON, in a damaged file, is data as well. */
function replaced(json: string, uses: number, replace: Replace): string {
  try {
    return JSON.stringify(replace(String(JSON.parse(json)), uses));
  } catch {
    return JSON.stringify(replace(json, 0));
  }
}
