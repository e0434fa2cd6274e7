import { describeObjects } from '../model/describe.ts';
import { DICTIONARY_LABEL } from '../model/labels.ts';
import type { FindingKind } from '../report.ts';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import type { HolderName } from './holder-name.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { containerWord, holderCount, namePhrase } from './words.ts';

/** Whatever collects and is never emptied: by key, in a list of a stream, a module or an object, or in no known way. */
export const collection: Detector = {
  name: 'collection',
  diagnose(facts) {
    const name = holderName(facts);
    const kind = kindOf(facts, name);
    const many = holderCount(facts);
    const link = facts.isChain && facts.memberVia.startsWith('.') ? facts.memberVia.slice(1) : null;
    const what = facts.content === 'numbers' ? 'numbers (slots)' : describeObjects(facts.view, facts.member);
    return {
      kind,
      subject: `${many > 1 ? `each of ${many} ` : ''}${containerWord(facts)} ${namePhrase(name)}`,
      predicate: link
        ? `grows without bound, each element keeping the one before in \`${link}\``
        : 'grows without bound',
      name: link ? `${name.name}.${link}` : name.name,
      className: name.className,
      property: link ?? name.property,
      container: facts.view.className(facts.holder),
      what: kind === 'string' ? 'strings' : what,
      fix: FIXES[kind] ?? FIXES['collection']!,
      evidence: link ? [`linked through \`${link}\``] : [],
      where: declarationOf(name),
    };
  },
};

const FIXES: Partial<Record<FindingKind, string>> = {
  cache:
    'Bound it: a maximum size with eviction (an LRU), a time to live that is enforced, or a WeakMap keyed by the owner.',
  global: 'Remove entries when their owner is done, or keep the list on the owner instead of the module.',
  collection:
    'Remove entries when they are done with; if it is a queue, drain it or refuse work when it is full.',
  stream:
    'Drop per-message state when the message was written: a long-lived stream lives as long as the process.',
  string: 'Remove strings when they are done with, or keep a bounded window of them.',
  growth: 'Find out what adds to it: the trace shows who holds it.',
};

const KEYED_CLASSES: ReadonlySet<string> = new Set(['Map', 'WeakMap']);
const CACHE_WORD = /cache|memo|lru|\bttl\b/i;
const LIST_CLASSES: ReadonlySet<string> = new Set(['Array', 'Set', 'Object', 'Map']);

function kindOf(facts: Facts, name: HolderName): FindingKind {
  if (name.anchor === 'none' && !LIST_CLASSES.has(facts.view.className(facts.holder))) return 'growth';
  const owner = name.anchor === 'instance' ? (name.className ?? '') : '';
  if (isKeyed(facts) || CACHE_WORD.test(owner) || CACHE_WORD.test(name.name)) return 'cache';
  if (isOnStream(facts)) return 'stream';
  if (isModuleLevel(facts, name)) return 'global';
  return facts.content === 'objects' && facts.view.isString(facts.member) ? 'string' : 'collection';
}

/** Entries are found again by a key that is data: Map, or more properties than code would write. */
function isKeyed(facts: Facts): boolean {
  const { view, holder } = facts;
  if (facts.isChain) return false;
  return (
    KEYED_CLASSES.has(view.className(holder)) || facts.memberVia === DICTIONARY_LABEL || hasMapTable(facts)
  );
}

function hasMapTable(facts: Facts): boolean {
  return facts.view.internal(facts.holder, 'table') !== -1 && facts.view.className(facts.holder) !== 'Set';
}

/** The list is a field of a stream, or of something a stream owns through plain fields. */
function isOnStream(facts: Facts): boolean {
  const { view, chain } = facts;
  for (let index = chain.length - 1; index > 0 && chain[index].via.startsWith('.'); index--) {
    const owner = chain[index - 1].node;
    if (view.property(owner, '_writableState') !== -1 || view.property(owner, '_readableState') !== -1)
      return true;
  }
  return false;
}

function isModuleLevel(facts: Facts, name: HolderName): boolean {
  if (name.anchor === 'global' || name.anchor === 'exports' || name.anchor === 'function') return true;
  if (name.anchor !== 'variable' || name.anchorNode === -1) return false;
  const outer = facts.view.internal(name.anchorNode, 'previous');
  return outer === -1 || !facts.view.isScope(outer);
}
