/** Chrome DevTools' own engine: its sources from npm, bundled for Node, with its second thread as in the browser. */
import { createReadStream } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isMainThread, MessageChannel, parentPort, Worker, workerData } from 'node:worker_threads';
import { devtoolsBundle } from './devtools-bundle.mjs';

const CHUNK_CHARACTERS = 10_000_000; // as DevTools' HeapSnapshotView reads a file

Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

async function engine() {
  return import(pathToFileURL(await devtoolsBundle()).href);
}

if (!isMainThread && workerData?.devtoolsSecondThread) {
  const { SecondaryInitManager } = await engine();
  parentPort.once('message', ({ port }) => new SecondaryInitManager(port));
}

/** Loads a file and computes all that DevTools does when it opens one. @returns a JSHeapSnapshot and how to end its thread */
export async function openInDevTools(file) {
  const { HeapSnapshotLoader } = await engine();
  const loader = new HeapSnapshotLoader({ sendEvent() {} });
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK_CHARACTERS })) {
    loader.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  loader.close();
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL(import.meta.url), { workerData: { devtoolsSecondThread: true } });
  thread.postMessage({ port: port2 }, [port2]);
  const snapshot = await loader.buildSnapshot(port1);
  return { snapshot, close: () => (port1.close(), thread.terminate()) };
}

/** @returns the classes of DevTools' Summary view, by class key */
export function classesInDevTools(snapshot) {
  return snapshot.aggregatesWithFilter({});
}

export async function job(file) {
  const { snapshot, close } = await openInDevTools(file);
  const top = Object.values(classesInDevTools(snapshot))
    .toSorted((left, right) => right.maxRet - left.maxRet)
    .slice(0, 20);
  await close();
  return top.map(({ name, maxRet }) => [name, maxRet]);
}

export async function comparison(baseFile, currentFile) {
  const base = await openInDevTools(baseFile);
  const current = await openInDevTools(currentFile);
  const diff = compareInDevTools(base.snapshot, current.snapshot);
  await Promise.all([base.close(), current.close()]);
  return Object.keys(diff).length;
}

/** @returns what the Comparison view shows, by class key */
export function compareInDevTools(base, current) {
  const definitions = current.interfaceDefinitions();
  return current.calculateSnapshotDiff(1, base.aggregatesForDiff(definitions));
}
