import { ByteCursor, Byte } from '../../heap/byte-cursor.ts';
import { openSource } from '../../heap/byte-source.ts';
import { readKey, skipValue } from '../../heap/json-values.ts';
import { looksLike } from '../../heap/looks-like.ts';
import { SnapshotError } from '../../heap/snapshot-error.ts';

/** A snapshot to be read section by section. */
export interface SnapshotFile {
  readonly path: string;
  /** Waited for before more is read: what was read may have to be written first. */
  readonly ready?: () => Promise<void>;
  /** Told how many bytes were read. */
  readonly onRead?: (doneBytes: number, totalBytes: number | null) => void;
}

/** Reads one section from the cursor and returns true, or leaves it and returns false, so that it is passed over. */
export type SectionReader = (name: string, cursor: ByteCursor) => Promise<boolean>;

/**
 * Goes through the sections of a snapshot in the order of the file.
 * @throws SnapshotError as readSnapshot does
 */
export async function eachSection(file: SnapshotFile, read: SectionReader): Promise<void> {
  const source = await openSource(file.path);
  const paced = {
    ...source,
    read: async (target: Uint8Array, offset: number) => {
      await file.ready?.();
      return source.read(target, offset);
    },
  };
  try {
    const cursor = new ByteCursor(paced, (doneBytes) => file.onRead?.(doneBytes, source.totalBytes));
    await begin(cursor, file.path);
    for (;;) {
      cursor.section = await readKey(cursor);
      await cursor.expect(Byte.colon);
      if (!(await read(cursor.section, cursor))) await skipValue(cursor);
      if ((await cursor.peek()) === Byte.closeBrace) return;
      await cursor.expect(Byte.comma);
    }
  } finally {
    await source.close();
  }
}

async function begin(cursor: ByteCursor, path: string): Promise<void> {
  await cursor.peek();
  const start = cursor.bytes.subarray(cursor.position, cursor.end);
  if (!/^\{\s*"snapshot"\s*:/.test(Buffer.from(start.subarray(0, 256)).toString('latin1')))
    throw new SnapshotError('NOT_A_SNAPSHOT', `${path} is not a heap snapshot: ${looksLike(start)}.`);
  await cursor.expect(Byte.openBrace);
}

/** Reads a value as text. */
export async function readText(cursor: ByteCursor): Promise<string> {
  return (await readBytes(cursor)).toString('utf8');
}

/** Hands on the strings of an array one after the other, as JSON with quotes and escapes. */
export async function eachString(
  cursor: ByteCursor,
  take: (json: Buffer, index: number) => void,
): Promise<void> {
  await cursor.expect(Byte.openBracket);
  for (let index = 0; (await cursor.peek()) !== Byte.closeBracket; index++) {
    if (index > 0) await cursor.expect(Byte.comma);
    take(await readBytes(cursor), index);
  }
  await cursor.expect(Byte.closeBracket);
}

async function readBytes(cursor: ByteCursor): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await skipValue(cursor, (bytes) => void pieces.push(Buffer.from(bytes)));
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}
