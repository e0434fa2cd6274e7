import type { Facts } from './detectors/facts.ts';
import { factsOf, factsOfStore } from './detectors/facts.ts';
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
import { objectView } from './model/object-view.ts';
import { scriptsOf } from './model/scripts.ts';
import type { Placed } from './relate.ts';
import { relate } from './relate.ts';
import type { Confidence, Finding } from './report.ts';
import type { Afterwards } from './series/afterwards.ts';
import { hasContinued, hasSettled } from './series/afterwards.ts';
import { isAgentsOwn, isEnginesOwn, isSignificant } from './significance.ts';
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
  const grown = holdings(groups, newest, population).flatMap((holding, index): Placed[] => {
    const facts = factsOf(holding, newest, view, scripts, labels);
    if (!facts || holding.isPartOfAnother || isAgentsOwn(facts)) return [];
    const excuse = excuseOf(holding, circumstances);
    if (excuse === null)
      return [word(facts, confidenceIn(holding, leaks[index].judgement.confidence, circumstances))];
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

/** Where a third snapshot is missing, the heap's floor after the second one can stand for it, if most of its rise is this. */
function confidenceIn(holding: Holding, confidence: Confidence, known: Circumstances): Confidence {
  const { censuses, after, scale } = known;
  const isMost = newBytesOf(holding) >= MIN_SHARE_OF_FLOOR * scale.heapGrowthBytes;
  if (censuses.length !== 2 || after === null || !isMost || !hasContinued(newBytesOf(holding), after))
    return confidence;
  return {
    level: 'medium',
    score: 0.65,
    reasons: [...confidence.reasons, "the heap's floor went on rising by as much after the second snapshot"],
    missing: confidence.missing,
  };
}

const MIN_SHARE_OF_FLOOR = 0.5;

/** Every program holds its modules and what Node holds: large by nature. */
const isSuspicious = ({ kind, culprit }: Finding) =>
  kind !== 'module' && culprit.location !== null && !isNodeScript(culprit.location.file);
