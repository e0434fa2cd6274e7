import type { FindingKind } from '../report.ts';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { namePhrase } from './words.ts';

/** A string that was never read since it was last added to is a tree of its pieces. */
const isRope = (facts: Facts) =>
  facts.isChain && facts.view.isString(facts.holder) && facts.view.isString(facts.member);

interface Words {
  readonly kind: FindingKind;
  readonly noun: string;
  readonly predicate: string;
  readonly container: string;
  readonly fix: string;
}

const STRING: Words = {
  kind: 'string',
  noun: 'string',
  predicate: 'is replaced by ever larger copies',
  container: 'string',
  fix: 'Write out what was gathered and start anew, or keep a bounded window of it.',
};

const BUFFER: Words = { ...STRING, kind: 'buffer', noun: 'buffer', container: 'ArrayBuffer' };

const WASM_MEMORY: Words = {
  kind: 'native',
  noun: 'WebAssembly memory behind',
  predicate: 'grows: what was made in it is not freed',
  container: 'WebAssembly.Memory',
  fix: 'Free each object that the module hands out when it is done (`free()`, `delete()`, `close()`), or make one and use it again: the memory of a WebAssembly instance never shrinks.',
};

/** One string or buffer that is replaced by an ever larger copy: `log += line`, `Buffer.concat([all, chunk])`. */
export const bulk: Detector = {
  name: 'string',
  diagnose(facts) {
    if (facts.content !== 'bytes' && !isRope(facts)) return null;
    const words = facts.view.isString(facts.holder) ? STRING : isWasmMemory(facts) ? WASM_MEMORY : BUFFER;
    const name = holderName(facts);
    return {
      kind: words.kind,
      subject: `${words.noun} ${namePhrase(name)}`,
      predicate: words.predicate,
      name: name.name,
      className: name.className,
      property: name.property,
      container: words.container,
      what: 'bytes',
      fix: words.fix,
      evidence: [],
      where: declarationOf(name),
    };
  },
};

/** Whether the bytes are those of a WebAssembly instance, of which the program only has views. Goes through all edges. */
function isWasmMemory({ view: { graph }, chain }: Facts): boolean {
  const buffer = chain.findLast(({ className }) => className === 'ArrayBuffer')?.node;
  const memory = graph.strings.indexOf('Memory');
  if (buffer === undefined || memory === -1) return false;
  const { firstEdge, edgeTo, nodeName, nodeCount } = graph;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeName[node] !== memory) continue;
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++)
      if (edgeTo[edge] === buffer) return true;
  }
  return false;
}
