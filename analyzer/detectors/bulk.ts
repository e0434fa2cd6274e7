import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { namePhrase } from './words.ts';

/** A string that was never read since it was last added to is a tree of its pieces. */
const isRope = (facts: Facts) =>
  facts.isChain && facts.view.isString(facts.holder) && facts.view.isString(facts.member);

/** One string or buffer that is replaced by an ever larger copy: `log += line`, `Buffer.concat([all, chunk])`. */
export const bulk: Detector = {
  name: 'string',
  diagnose(facts) {
    if (facts.content !== 'bytes' && !isRope(facts)) return null;
    const isString = facts.view.isString(facts.holder);
    const name = holderName(facts);
    return {
      kind: isString ? 'string' : 'buffer',
      subject: `${isString ? 'string' : 'buffer'} ${namePhrase(name)}`,
      predicate: 'is replaced by ever larger copies',
      name: name.name,
      className: name.className,
      property: name.property,
      container: isString ? 'string' : 'ArrayBuffer',
      what: 'bytes',
      fix: 'Write out what was gathered and start anew, or keep a bounded window of it.',
      evidence: [],
      where: declarationOf(name),
    };
  },
};
