import { describeObjects } from '../model/describe.ts';
import { DICTIONARY_LABEL, KEY_LABEL, WEAK_MAP_VALUE_LABEL } from '../model/labels.ts';
import type { FindingKind } from '../report.ts';
import type { Detector, Diagnosis } from './detector.ts';
import type { Facts } from './facts.ts';
import type { HolderName } from './holder-name.ts';
import { holderName, declarationOf } from './holder-name.ts';
import { containerWord, holderCount, namePhrase } from './words.ts';

/** Whatever collects and is never emptied: by key, in a list of a stream, a module or an object, or in no known way. */
export const collection: Detector = {
  name: 'collection',
  diagnose(facts) {
    if (facts.chain.at(-1)?.via === WEAK_MAP_VALUE_LABEL) return weakMapValue(facts);
    const name = holderName(facts);
    const isSliced = keepsSlices(facts);
    const repeated = repeatedTexts(facts);
    const plainKind = kindOf(facts, name);
    const isOfTexts = isSliced || (plainKind === 'collection' && repeated.length > 0);
    const kind = isOfTexts ? 'string' : plainKind;
    const many = hasOneOwner(facts) ? 1 : holderCount(facts);
    const link = facts.isChain && facts.memberVia.startsWith('.') ? facts.memberVia.slice(1) : null;
    return {
      kind,
      subject: `${many > 1 ? `each of ${many} ` : ''}${containerWord(facts)} ${namePhrase(name)}`,
      predicate: link
        ? `grows without bound, each element keeping the one before in \`${link}\``
        : isSliced
          ? 'keeps parts of strings, and with each of them the whole'
          : 'grows without bound',
      name: link ? `${name.name}.${link}` : name.name,
      className: name.className,
      property: link ?? name.property,
      container: facts.view.className(facts.holder),
      what: isSliced ? 'parts of larger strings' : whatOf(facts),
      fix: isSliced ? SLICE_FIX : (FIXES[kind] ?? FIXES['collection']!),
      evidence: [...(link ? [`linked through \`${link}\``] : []), ...repeated],
      where: declarationOf(name),
    };
  },
};

function whatOf({ content, view, member, memberVia, isChain }: Facts): string {
  if (content === 'numbers') return 'numbers (slots)';
  return memberVia === KEY_LABEL && !isChain ? 'keys' : describeObjects(view, member);
}

/** A list may hang off its owner by its last element, too. */
function hasOneOwner({ isChain, holding, tree }: Facts): boolean {
  return isChain && new Set(holding.holders.map(({ node }) => tree.holder[node])).size === 1;
}

/** What a WeakMap holds for a key goes with the key, and not with the entry's use. */
function weakMapValue(facts: Facts): Diagnosis {
  const key = namePhrase(holderName(facts, facts.chain.at(-2)!.node));
  const name = holderName(facts);
  return {
    kind: 'collection',
    subject: `${containerWord(facts)} ${namePhrase(name)} that a WeakMap keeps for ${key}`,
    predicate: 'grows without bound',
    name: name.name,
    className: name.className,
    property: name.property,
    container: facts.view.className(facts.holder),
    what: describeObjects(facts.view, facts.member),
    fix:
      'A WeakMap lets go of a value when its key goes, and this key stays: put what belongs to one piece of work under a key ' +
      'that goes with it, or take entries out of the value.',
    evidence: [`the WeakMap's key is ${key}`],
    where: declarationOf(name),
  };
}

const MOST = 0.8;

/** V8 keeps a part of a string as a pointer into the whole. */
function keepsSlices({ view, holding, content }: Facts): boolean {
  const { graph } = view;
  const sliced = graph.nodeTypeNames.indexOf('sliced string');
  const slices = holding.samples.filter((node) => graph.nodeType[node] === sliced);
  return content === 'objects' && slices.length >= MOST * holding.samples.length;
}

const MIN_TEXTS = 20; // fewer may be alike by chance
const FEW = 0.5;

/** That strings are the same ones over and over, by what V8 writes down of each: text and size. */
function repeatedTexts({ view: { graph, isString }, holding, content }: Facts): string[] {
  const strings = content === 'objects' ? holding.samples.filter(isString) : [];
  const distinct = new Set(strings.map((node) => `${graph.nodeName[node]} ${graph.selfSize[node]}`)).size;
  return strings.length < MIN_TEXTS || distinct > FEW * strings.length
    ? []
    : [`of ${strings.length} strings looked at ${distinct} differ: the same texts are kept again and again`];
}

const SLICE_FIX =
  'Copy the part that is kept: `Buffer.from(part).toString()` makes a string of its own; what `slice`, `split` or a match gives is a view into the whole.';

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
const CACHE_CLASS = /(?:cache|lru|ttl|memo)(?:store|map)?$/i; // and not what has to do with one, such as a CacheService
const LIST_CLASSES: ReadonlySet<string> = new Set(['Array', 'Set', 'Object', 'Map']);

function kindOf(facts: Facts, name: HolderName): FindingKind {
  if (name.anchor === 'none' && !LIST_CLASSES.has(facts.view.className(facts.holder))) return 'growth';
  const owner = name.anchor === 'instance' ? (name.className ?? '') : '';
  if (isKeyed(facts) || CACHE_CLASS.test(owner) || CACHE_WORD.test(name.name)) return 'cache';
  if (isOnStream(facts)) return 'stream';
  if (isModuleLevel(facts, name)) return 'global';
  return 'collection';
}

/** Entries are found again by a key that is data: Map, or more properties than code would write. */
function isKeyed(facts: Facts): boolean {
  const { view, holder } = facts;
  if (facts.isChain) return false;
  const isKey = facts.memberVia === DICTIONARY_LABEL || facts.memberVia === KEY_LABEL;
  return KEYED_CLASSES.has(view.className(holder)) || isKey || hasMapTable(facts);
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
