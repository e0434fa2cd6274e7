/** What writes a heap snapshot of this thread into a file. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';

import { closeSync, openSync, writeSync } from './primordials.ts';

/** `inspector` is built into Node; `v8-profiler-next` is an addon that the application has installed. */
export type CaptureEngine = 'inspector' | 'v8-profiler-next';

/** Writes a snapshot into a new file. Throws when it cannot. */
export type Capture = (path: string) => void;

const PRIVATE_FILE = 0o600;

/** The engine's way to write a snapshot. The addon is loaded at the first snapshot: where it is missing, that one fails. */
export function captureBy(engine: CaptureEngine): Capture {
  return engine === 'inspector' ? (path) => void writeHeapSnapshot(path) : captureByAddon;
}

interface Addon {
  takeSnapshot(name: string): AddonSnapshot;
}

interface AddonSnapshot {
  /** Calls back before it returns. */
  serialize(onChunk: (chunk: string) => void, onDone: () => void): void;
  delete(): void;
}

function captureByAddon(path: string): void {
  const addon = loadAddon();
  const descriptor = openSync(path, 'wx', PRIVATE_FILE);
  let snapshot: AddonSnapshot | null = null;
  try {
    snapshot = addon.takeSnapshot('');
    let failure: unknown = null;
    snapshot.serialize(
      (chunk) => {
        // An exception must not pass through the addon.
        try {
          if (failure === null) writeWhole(descriptor, chunk);
        } catch (error) {
          failure = error;
        }
      },
      () => {},
    );
    if (failure !== null) throw failure;
  } finally {
    closeSync(descriptor);
    snapshot?.delete();
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

/** The application's own, since the agent may be installed elsewhere. */
function loadAddon(): Addon {
  const folders = [process.argv[1] ?? '', join(process.cwd(), 'any'), __filename];
  let failure: unknown = null;
  for (const folder of folders.filter((path) => path !== '')) {
    try {
      return createRequire(folder)('v8-profiler-next') as Addon;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}
