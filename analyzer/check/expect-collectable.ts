import { LeakwatchError } from '../error.ts';
import { askProcess } from './ask-process.ts';
import { nextTurn } from './clock.ts';
import { CollectableError } from './collectable-error.ts';
import type { HeldBy } from './collectable-error.ts';
import { fullCollection } from './heap-gauge.ts';
import { loadedTexts } from './loaded-texts.ts';
import { snapshotSeries } from './snapshot-series.ts';
import { LeakwatchSubject } from './subject.ts';

const COLLECTIONS = 4; // finalizers and weak tables let go one after the other

/**
 * Passes when nothing lasting holds the object any more. Give the object, or a function that makes it and lets it go;
 * variables of the test that awaits the answer do not count as holders.
 * @throws CollectableError with the path that holds it; LeakwatchError NO_OBJECT for what is no object
 */
export function expectCollectable(subject: object | (() => unknown)): Promise<void> {
  const awaited: Promise<void> = referenceTo(subject).then((reference) => check(reference, () => awaited));
  return awaited;
}

async function check(reference: WeakRef<object>, awaited: () => Promise<void>): Promise<void> {
  const collect = fullCollection();
  for (let count = 0; count < COLLECTIONS; count++) {
    await nextTurn();
    collect();
    if (reference.deref() === undefined) return;
  }
  const heldBy = await holderOf(reference, awaited());
  if (heldBy !== null) throw new CollectableError(heldBy, check);
}

/** A function that makes the object may be asynchronous. */
async function referenceTo(subject: unknown): Promise<WeakRef<object>> {
  return weakly(typeof subject === 'function' ? await (subject as () => unknown)() : subject);
}

function weakly(subject: unknown): WeakRef<object> {
  const isObject = (typeof subject === 'object' && subject !== null) || typeof subject === 'function';
  if (isObject) return new WeakRef(subject);
  throw new LeakwatchError(
    'NO_OBJECT',
    `Only an object can be collected; this is of type ${typeof subject}.`,
  );
}

/** Looks into a snapshot of this very process. */
async function holderOf(reference: WeakRef<object>, awaited: Promise<void>): Promise<HeldBy | null> {
  const series = await snapshotSeries(null);
  try {
    const found = await snapshotWith(reference, awaited, series);
    return found
      ? await askProcess<HeldBy | null>('holder-process.js', [process.cwd(), ...series.files], loadedTexts())
      : null;
  } finally {
    await series.remove();
  }
}

async function snapshotWith(
  reference: WeakRef<object>,
  awaited: Promise<void>,
  series: Awaited<ReturnType<typeof snapshotSeries>>,
): Promise<boolean> {
  const subject = reference.deref();
  if (subject === undefined) return false;
  const marker = new LeakwatchSubject(subject, awaited);
  await nextTurn(); // until then a WeakRef that was asked keeps its object
  await series.take(1);
  marker.subject = null;
  return true;
}
