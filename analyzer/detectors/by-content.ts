import { describeObjects } from '../model/describe.ts';
import type { FindingKind } from '../report.ts';
import type { Locator } from '../source/locate.ts';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

interface Content {
  readonly kind: FindingKind;
  readonly fits: (facts: Facts, locator: Locator) => boolean;
  readonly what: (facts: Facts) => string;
  readonly predicate: string;
  readonly fix: string;
}

const classes = (...names: readonly string[]) => {
  const set = new Set(names);
  return (facts: Facts) => set.has(facts.memberClass);
};

/** What is kept for each asynchronous resource, by its id. */
function isByAsyncId(facts: Facts, { isKeyedByAsyncId }: Locator): boolean {
  const { property, position } = holderName(facts);
  return property !== null && position !== null && isKeyedByAsyncId(position.script, property);
}

/** Kinds told by what the objects are, whoever holds them. */
const CONTENTS: readonly Content[] = [
  {
    kind: 'async-context',
    fits: (facts, locator) =>
      isByAsyncId(facts, locator) ||
      ['AsyncContextFrame', 'AsyncResource', 'AsyncLocalStorage', 'AsyncHook'].includes(facts.memberClass) ||
      facts.chain
        .slice(-2)
        .some((step) => step.via.includes('kResourceStore') || step.className === 'AsyncContextFrame'),
    what: ({ view, member }) => describeObjects(view, member),
    predicate: 'keeps asynchronous contexts whose work is over',
    fix: 'End the context with its work: `exit`/`disable` the storage, and do not start endless chains inside `run`.',
  },
  {
    kind: 'error',
    fits: (facts) => facts.memberClass.endsWith('Error'),
    what: (facts) => `${facts.memberClass} objects with their stacks`,
    predicate: 'keeps every error that occurred',
    fix: 'Keep a count or the last few errors: each Error holds its stack and whatever its frames captured.',
  },
  {
    kind: 'buffer',
    fits: classes(
      'Buffer',
      'ArrayBuffer',
      'Uint8Array',
      'SharedArrayBuffer',
      'FastBuffer',
      'DataView',
      'Blob',
    ),
    what: (facts) => `${facts.memberClass} objects`,
    predicate: 'keeps buffers, whose bytes lie outside the heap',
    fix: 'Drop a buffer once it was sent or read; copy out of a pooled slice (`Buffer.from`) what must be kept.',
  },
];

/** Asynchronous contexts, errors and buffers that are kept. */
export const contentDetectors: readonly Detector[] = CONTENTS.map((content) => ({
  name: content.kind,
  diagnose(facts, locator) {
    if (!content.fits(facts, locator)) return null;
    const name = holderName(facts);
    return {
      kind: content.kind,
      subject: `${containerWord(facts)} ${namePhrase(name)}`,
      predicate: content.predicate,
      name: name.name,
      className: name.className,
      property: name.property,
      container: facts.view.className(facts.holder),
      what: content.what(facts),
      fix: content.fix,
      evidence: [],
      where: declarationOf(name),
    };
  },
}));
