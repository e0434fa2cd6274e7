import { contentDetectors } from './by-content.ts';
import { bulk } from './bulk.ts';
import { closure } from './closure.ts';
import { code } from './code.ts';
import { collection } from './collection.ts';
import type { Detector } from './detector.ts';
import { handle } from './handle.ts';
import { listener } from './listener.ts';
import { native } from './native.ts';
import { module } from './module.ts';
import { promise } from './promise.ts';
import { timer } from './timer.ts';

/** All detectors, the most telling first; the last one always speaks. */
export const detectors: readonly Detector[] = [
  bulk,
  listener,
  timer,
  promise,
  module,
  handle,
  code,
  native,
  ...contentDetectors,
  closure,
  collection,
];
