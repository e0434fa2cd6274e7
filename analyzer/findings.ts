import type { Facts } from './detectors/facts.ts';
import { factsOf, factsOfStore } from './detectors/facts.ts';
import { holderName } from './detectors/holder-name.ts';
import type { Scale } from './finding.ts';
import { findingOf } from './finding.ts';
import type { Census } from './growth/census.ts';
import type { Cohorts } from './growth/cohorts.ts';
import type { Holding } from './growth/holders.ts';
import { holdings } from './growth/holders.ts';
import type { Judgement } from './growth/judge.ts';
import type { PathTree } from './growth/path-tree.ts';
import { isFillingReserved } from './growth/reserved.ts';
import type { Judged } from './growth/sift.ts';
import type { GrowingStore } from './growth/stores.ts';
import type { Interner } from './model/interner.ts';
import { isLimitless } from './model/limits.ts';
import { objectView } from './model/object-view.ts';
import { scriptsOf } from './model/scripts.ts';
import type { Placed } from './relate.ts';
import { relate } from './relate.ts';
import type { Confidence, Finding } from './report.ts';
import type { Afterwards } from './series/afterwards.ts';
import { hasContinued, hasSettled } from './series/afterwards.ts';
import { isAgentsOwn, isEnginesOwn, isSignificant } from './significance.ts';
import type { Locator } from './source/locate.ts';
import { locator } from './source/locate.ts';
import { isNodeScript } from './source/packages.ts';

/** What grew, and what it means. */
export interface Growth {
  readonly judged: readonly Judged[];
  readonly stores: readonly GrowingStore[];
  readonly population: Cohorts | null;
}

/** Everything known beside the growth itself. */
export interface Circumstances {
  /** In the order taken; the last one is of `newest`. */
  readonly censuses: readonly Census[];
  readonly newest: PathTree;
  readonly labels: Interner;
  readonly scale: Scale;
  /** Null when nothing was recorded after the last snapshot. */
  readonly after: Afterwards | null;
  /** Folder that paths are shown relative to. */
  readonly root: string;
}

/** The findings, strongest first, and what became of all that was judged: some of it proves harmless at a closer look. */
export function findingsOf(
  growth: Growth,
  circumstances: Circumstances,
): { readonly findings: Finding[]; readonly judged: readonly Judged[] } {
  const { stores, population } = growth;
  const { censuses, newest, labels } = circumstances;
  const leaks = growth.judged.filter(isLeak);
  if (population === null || leaks.length + stores.length === 0)
    return { findings: [], judged: growth.judged };
  const view = objectView(newest.graph);
  const scripts = scriptsOf(newest.graph);
  const lines = locator(circumstances.root, scripts.names);
  const word = (facts: Facts, confidence: Confidence) =>
    findingOf(facts, confidence, lines, circumstances.scale);
  const harmless = new Map<Judged, Judgement>();
  const settled = (holding: Holding) => hasSettledSince(holding, circumstances.after);
  const groups = leaks.map(({ group }) => group);
  const held = holdings(groups, newest, population);
  const suspectedBytes = held.reduce((total, holding) => total + newBytesOf(holding), 0);
  const grown = held.flatMap((holding, index): Placed[] => {
    const facts = factsOf(holding, newest, view, scripts, labels);
    if (!facts || holding.isPartOfAnother || isAgentsOwn(facts)) return [];
    const excuse = excuseOf(holding, circumstances) ?? boundOf(facts, lines);
    if (excuse === null)
      return [word(facts, raised(leaks[index].judgement.confidence, suspectedBytes, circumstances))];
    harmless.set(leaks[index], excuse);
    return [];
  });
  const numbers = stores
    .map((store) => ({ store, facts: factsOfStore(store, newest, view, scripts, labels) }))
    .filter(({ facts }) => !isAgentsOwn(facts) && !isEnginesOwn(facts) && !settled(facts.holding))
    .map(({ store, facts }) => word(facts, store.confidence));
  const findings = relate([...grown, ...numbers].filter(({ finding }) => isSignificant(finding.growth)));
  return {
    findings: censuses.length === 1 ? findings.filter(isSuspicious) : findings,
    judged: growth.judged.map((one) => (harmless.has(one) ? { ...one, judgement: harmless.get(one)! } : one)),
  };
}

const MIN_UNTOUCHED = 0.98;

/** The code of a collection's owner empties it at some size, and has hardly done so yet: it may be filling up. */
function boundOf(facts: Facts, lines: Locator): Judgement | null {
  const { view, holder, holding, isChain } = facts;
  const name = holderName(facts);
  if (
    isChain ||
    !leavesInTurn(holding) ||
    view.isClosure(holder) ||
    name.property === null ||
    name.position === null
  )
    return null;
  const bound = lines.boundOn(name.position.script, name.property);
  if (bound === null) return null;
  if (bound.limit !== null && name.anchorNode !== -1 && isLimitless(view, name.anchorNode, bound.limit))
    return null;
  const { file, line } = bound.location;
  const sentence = `\`${name.name}\` may still have been filling up: ${file}:${line} empties it at a size of its own.`;
  return { is: 'bounded', sentence };
}

/** Nothing has left, or none but the oldest: what leaves in another way, leaves for another reason than a bound. */
function leavesInTurn({ group }: Holding): boolean {
  const shares = group.cohortSurvival.filter((share) => share !== null);
  const isAscending = shares.every(
    (share, at) => at === 0 || share >= Math.min(shares[at - 1], MIN_UNTOUCHED),
  );
  return isAscending && (shares.at(-1) ?? 1) >= MIN_UNTOUCHED;
}

type Leak = Judged & { readonly judgement: { readonly is: 'leak' } };
const isLeak = (one: Judged): one is Leak => one.judgement.is === 'leak';

/** Why growth that looks like a leak is none. */
function excuseOf(holding: Holding, { censuses, newest, after }: Circumstances): Judgement | null {
  if (censuses.length === 1) return null;
  if (hasSettledSince(holding, after)) return { is: 'settled' };
  return isFillingReserved(holding, censuses, newest) ? { is: 'reserved' } : null;
}

const newBytesOf = ({ bytesByWindow }: Holding) =>
  bytesByWindow.slice(1).reduce((total, bytes) => total + bytes, 0);

const hasSettledSince = (holding: Holding, after: Afterwards | null) =>
  after !== null && hasSettled(newBytesOf(holding), after);

/**
 * Where a third snapshot is missing, the heap's floor after the second one can stand for it, if what is suspected makes up
 * much of its rise.
 */
function raised(confidence: Confidence, suspectedBytes: number, known: Circumstances): Confidence {
  const { censuses, after, scale } = known;
  const isMuch = suspectedBytes >= MIN_SHARE_OF_GROWTH * scale.heapGrowthBytes;
  if (censuses.length !== 2 || after === null || !isMuch || !hasContinued(suspectedBytes, after))
    return confidence;
  return {
    level: 'medium',
    score: 0.65,
    reasons: [...confidence.reasons, "the heap's floor went on rising by as much after the second snapshot"],
    missing: confidence.missing,
  };
}

const MIN_SHARE_OF_GROWTH = 0.3; // the engine's own share, code and hidden classes, is not counted among the suspects

/** Every program holds its modules and what Node holds: large by nature. */
const isSuspicious = ({ kind, culprit }: Finding) =>
  kind !== 'module' && culprit.location !== null && !isNodeScript(culprit.location.file);
