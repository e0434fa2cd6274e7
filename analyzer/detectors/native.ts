import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { declarationOf, holderName } from './holder-name.ts';
import { containerWord, namePhrase } from './words.ts';

/** How the classes of Node's own modules hold their native half: zlib, crypto and most others. */
const HANDLE_PROPERTIES: readonly string[] = ['_handle', '<symbol kHandle>', '<symbol kNativeDecoder>'];

/** Compressors, hashes, ciphers, databases: small objects of JavaScript with memory outside its heap behind them. */
export const native: Detector = {
  name: 'native',
  diagnose(facts) {
    if (!facts.holding.samples.slice(0, MAX_SAMPLES).every((node) => isWrapper(facts, node))) return null;
    const name = holderName(facts);
    return {
      kind: 'native',
      subject: `${containerWord(facts)} ${namePhrase(name)}`,
      predicate: `keeps \`${facts.memberClass}\` objects, whose memory lies outside the heap`,
      name: name.name,
      className: name.className,
      property: name.property,
      container: facts.view.className(facts.holder),
      what: `${facts.memberClass} objects with their native memory`,
      fix: 'Close or finish each of them (`close`, `destroy`, `end`, `digest`, `final`) and drop it; only then is its native memory freed.',
      evidence: [],
      where: declarationOf(name),
    };
  },
};

const MAX_SAMPLES = 20;

function isWrapper({ view }: Facts, node: number): boolean {
  const own = [node, ...HANDLE_PROPERTIES.map((property) => view.property(node, property))];
  return own.some((half) => half !== -1 && view.internal(half, 'javascript_to_native') !== -1);
}
