import { withCode } from './detectors/with-code.ts';
import type { Facts } from './detectors/facts.ts';
import { factsOf, factsOfStore } from './detectors/facts.ts';
import type { Code, Excuse } from './excuses.ts';
import { excuseByOthers, excuseInCode } from './excuses.ts';
import type { Scale } from './finding.ts';
import { findingOf } from './finding.ts';
import type { Census } from './growth/census.ts';
import type { Cohorts } from './growth/cohorts.ts';
import { cutter } from './growth/cut.ts';
import type { Holding } from './growth/holders.ts';
import { holdings } from './growth/holders.ts';
import type { Judgement } from './growth/judge.ts';
import { liveTimers } from './growth/live-timers.ts';
import type { PathTree } from './growth/path-tree.ts';
import { isFillingFields, isFillingReserved } from './growth/reserved.ts';
import type { Judged } from './growth/sift.ts';
import type { GrowingStore } from './growth/stores.ts';
import type { Interner } from './model/interner.ts';
import { objectView } from './model/object-view.ts';
import { scriptsOf } from './model/scripts.ts';
import { once } from './once.ts';
import { relate } from './relate.ts';
import type { Confidence, Finding } from './report.ts';
import type { Afterwards } from './series/afterwards.ts';
import { hasContinued, hasSettled } from './series/afterwards.ts';
import { isAgentsOwn, isEnginesOwn, isSignificant } from './significance.ts';
import { locator } from './source/locate.ts';
import { isNodeScript } from './source/packages.ts';
import type { ScriptTexts } from './source/source-file.ts';

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
  /** Of scripts whose files hold something else. */
  readonly texts?: ScriptTexts;
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
  const lines = locator(circumstances.root, scripts.names, circumstances.texts);
  const worded = new Map<Finding['growth'], Facts>(); // by what stays the same object when findings are related
  const word = (facts: Facts, confidence: Confidence) => {
    const placed = findingOf(facts, confidence, lines, circumstances.scale);
    worded.set(placed.finding.growth, facts);
    return placed;
  };
  const settled = (holding: Holding) => hasSettledSince(holding, circumstances.after);
  const held = holdings(
    leaks.map(({ group }) => group),
    newest,
    population,
  );
  const suspectedBytes = held.reduce((total, holding) => total + newBytesOf(holding), 0);
  const grown = held.flatMap((holding, index): Suspect[] => {
    const facts = withCode(factsOf(holding, newest, view, scripts, labels), lines);
    if (!facts || holding.isPartOfAnother || isAgentsOwn(facts)) return [];
    const { confidence } = leaks[index].judgement;
    return [{ facts, leak: leaks[index], confidence: raised(confidence, suspectedBytes, circumstances) }];
  });
  const numbers = stores.flatMap((store): Suspect[] => {
    const facts = withCode(factsOfStore(store, newest, view, scripts, labels), lines);
    const isNobodys = isAgentsOwn(facts) || isEnginesOwn(facts) || settled(facts.holding);
    return isNobodys ? [] : [{ facts, leak: null, confidence: store.confidence }];
  });
  const { durationMs, heapLimitBytes } = circumstances.scale;
  const suspects = [...grown, ...numbers];
  const harmless = harmlessOf(suspects, population, circumstances, {
    lines,
    labels,
    timers: once(() => liveTimers(newest, view, scripts)),
    spanMs: durationMs,
    heapBytes: heapLimitBytes ?? USUAL_HEAP_BYTES,
  });
  const placed = suspects
    .filter((suspect) => !harmless.has(suspect))
    .map(({ facts, confidence }) => word(facts, confidence));
  const related = relate(placed.filter(({ finding }) => isSignificant(finding)));
  const findings = withFreed(related, worded, newest);
  return {
    findings: censuses.length === 1 ? findings.filter(isSuspicious) : findings,
    judged: withJudgements(growth.judged, harmless),
  };
}

/** Everything that was judged, with what the closer look made of it. */
function withJudgements(
  judged: readonly Judged[],
  harmless: ReadonlyMap<Suspect, Judgement>,
): readonly Judged[] {
  const byLeak = new Map(Array.from(harmless, ([{ leak }, judgement]) => [leak, judgement]));
  const numbers = Array.from(harmless).filter(([{ leak }]) => leak === null);
  return [
    ...judged.map((one) => ({ ...one, judgement: byLeak.get(one) ?? one.judgement })),
    ...numbers.map(([{ facts }, judgement]) => ({ group: facts.holding.group, judgement })),
  ];
}

const USUAL_HEAP_BYTES = 4 * 1024 ** 3; // what V8 allows by default on a machine of today

const MAX_CUT = 3; // findings; each costs a walk through the heap

/** The strongest findings with what would come back if they were mended. */
function withFreed(
  findings: readonly Finding[],
  facts: ReadonlyMap<Finding['growth'], Facts>,
  tree: PathTree,
): Finding[] {
  const cut = once(() => cutter(tree));
  return findings.map((finding, index) => {
    const known = index < MAX_CUT ? facts.get(finding.growth) : undefined;
    if (known === undefined) return finding;
    const { growth } = finding;
    const bytesFreed = known.content === 'objects' ? cut().bytesFreed(known.holding) : growth.bytes.at(-1)!;
    const isClosing = finding.kind === 'handle' && bytesFreed === 0; // what is open goes when it is closed, not when it is let go
    return isClosing ? finding : { ...finding, growth: { ...growth, bytesFreed } };
  });
}

/** What grows like a leak, with what is known of it. */
interface Suspect {
  readonly facts: Facts;
  readonly confidence: Confidence;
  /** Null for what only its own storage shows. */
  readonly leak: Judged | null;
}

/** The suspects that prove harmless at a closer look: by how they grew, by their own code, or by that of others. */
function harmlessOf(
  suspects: readonly Suspect[],
  population: Cohorts,
  circumstances: Circumstances,
  code: Code,
): ReadonlyMap<Suspect, Judgement> {
  const harmless = new Map<Suspect, Judgement>();
  const excuses: Excuse[] = [];
  for (const suspect of suspects) {
    const plain = suspect.leak === null ? null : excuseOf(suspect.facts.holding, population, circumstances);
    const excuse = plain === null ? excuseInCode(suspect.facts, code) : null;
    if (excuse) excuses.push(excuse);
    if (plain ?? excuse) harmless.set(suspect, plain ?? excuse!.judgement);
  }
  for (const suspect of suspects) {
    const excuse = harmless.has(suspect) ? null : excuseByOthers(suspect.facts, excuses, code);
    if (excuse) harmless.set(suspect, excuse.judgement);
  }
  return harmless;
}

type Leak = Judged & { readonly judgement: { readonly is: 'leak' } };
const isLeak = (one: Judged): one is Leak => one.judgement.is === 'leak';

/** Why growth that looks like a leak is none. */
function excuseOf(holding: Holding, population: Cohorts, known: Circumstances): Judgement | null {
  const { censuses, newest, labels, after } = known;
  if (censuses.length === 1) return null;
  if (hasSettledSince(holding, after)) return { is: 'settled' };
  const heap = {
    tree: newest,
    population,
    heapBytes: known.scale.heapBytes,
    labelOf: (node: number) => labels.text(newest.via[node]),
  };
  const isReserved = isFillingReserved(holding, censuses, newest) || isFillingFields(holding, heap);
  return isReserved ? { is: 'reserved' } : null;
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
