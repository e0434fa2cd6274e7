import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { LeakwatchError } from '../error.ts';

/** A file that was not there before, readable by its owner alone. */
export interface NewFile {
  write(bytes: Buffer | string): void;
  /** Resolves when what was written so far is on its way, so that memory stays bounded. */
  readonly drained: () => Promise<void>;
  finish(): Promise<void>;
  /** Removes it again. */
  discard(): Promise<void>;
}

const BLOCK_BYTES = 1 << 16;

/**
 * @param isPacked whether what is written is packed by gzip on its way
 * @throws LeakwatchError OUTPUT when there is such a file, or it cannot be made
 */
export async function newFile(path: string, isPacked: boolean): Promise<NewFile> {
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'exists already, and is left as it is' : 'cannot be written';
    throw new LeakwatchError('OUTPUT', `${path} ${why}.`, { cause: error });
  });
  const target = createWriteStream(path, { fd: handle });
  const packed = isPacked ? createGzip() : null;
  packed?.pipe(target);
  const stream = packed ?? target;
  const failed = new Promise<never>((_, reject) => {
    target.on('error', (cause) =>
      reject(new LeakwatchError('OUTPUT', `${path} cannot be written: ${cause.message}.`, { cause })),
    );
  });
  failed.catch(() => {}); // told to whoever writes next
  let block: (Buffer | string)[] = [];
  let blockBytes = 0;

  function flush(): void {
    if (block.length > 0) stream.write(Buffer.concat(block.map((part) => Buffer.from(part))));
    block = [];
    blockBytes = 0;
  }

  return {
    write(bytes) {
      block.push(bytes);
      blockBytes += bytes.length;
      if (blockBytes >= BLOCK_BYTES) flush();
    },
    drained: async () => {
      if (stream.writableNeedDrain) await Promise.race([once(stream, 'drain'), failed]);
    },
    async finish() {
      flush();
      stream.end();
      await Promise.race([finished(target), failed]);
    },
    async discard() {
      packed?.destroy();
      target.destroy();
      await finished(target).catch(() => {});
      await rm(path, { force: true });
    },
  };
}
