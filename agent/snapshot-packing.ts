/** Packs snapshots after they were taken, one after the other, in a thread of low priority. */
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { complain, reasonOf } from './complain.ts';
import type { PackOrder } from './pack-snapshot.ts';
import { existsSync, unlinkSync } from './primordials.ts';
import { PACKED_SUFFIXES } from './recording.ts';

export type Packing = keyof typeof PACKED_SUFFIXES;

const PARTIAL_SUFFIX = '.packing';

export interface Packer {
  /** Packs a snapshot of the run folder when those before it are packed. Never throws. */
  pack(file: string): void;
  /** Leaves what is not packed yet as it is. */
  stop(): void;
}

export interface PackerEvents {
  /** @param file what the snapshot is called now */
  onPacked(file: string): void;
  /** Called once, when stderr has been told and nothing is packed any more. @param reason an error's message */
  onFailure(reason: string): void;
}

/** A packer for the snapshots in a folder. */
export function createPacker(
  folder: string,
  packing: Packing,
  { onPacked, onFailure }: PackerEvents,
): Packer {
  const waiting: string[] = [];
  let atWork: { readonly worker: Worker; readonly order: PackOrder } | null = null;
  let isStopped = false;

  const next = () => {
    if (atWork !== null || isStopped) return;
    const file = waiting.shift();
    if (file === undefined) return;
    const order = orderOf(join(folder, file), packing);
    const worker = startWorker(order);
    atWork = { worker, order };
    worker.once('message', () => onPacked(basename(order.to)));
    worker.once('error', (error) => fail(error, order));
    worker.once('exit', () => {
      atWork = null;
      next();
    });
  };

  const fail = (error: Error, order: PackOrder) => {
    removeIfThere(order.partial);
    // Too many snapshots were there meanwhile, and this one is gone.
    if (isStopped || !existsSync(order.from)) return;
    giveUp(error.message);
  };

  const giveUp = (reason: string) => {
    isStopped = true;
    complain(`snapshots are not packed any more: ${reason}`);
    onFailure(reason);
  };

  return {
    pack(file) {
      waiting.push(file);
      try {
        next();
      } catch (error) {
        giveUp(reasonOf(error));
      }
    },
    stop() {
      isStopped = true;
      if (atWork === null) return;
      void atWork.worker.terminate();
      removeIfThere(atWork.order.partial);
    },
  };
}

/** Removes a snapshot, whether it was packed or is being packed. Never throws. */
export function removeSnapshot(path: string): void {
  removeIfThere(path);
  for (const suffix of Object.values(PACKED_SUFFIXES)) {
    removeIfThere(`${path}${suffix}`);
    removeIfThere(`${path}${suffix}${PARTIAL_SUFFIX}`);
  }
}

function orderOf(from: string, packing: Packing): PackOrder {
  const to = `${from}${PACKED_SUFFIXES[packing]}`;
  return { from, to, partial: `${to}${PARTIAL_SUFFIX}`, packing };
}

/** Neither the application's preloads nor its environment belong into this thread, and nobody waits for it. */
function startWorker(workerData: PackOrder): Worker {
  const worker = new Worker(join(__dirname, 'pack-snapshot.js'), {
    workerData,
    execArgv: [],
    env: {},
    name: 'leakwatch-pack',
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  worker.unref();
  return worker;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not there.
  }
}
