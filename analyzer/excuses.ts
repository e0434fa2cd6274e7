import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { haveScriptsOfTheirOwn } from './detectors/code.ts';
import type { Facts } from './detectors/facts.ts';
import { waysTo } from './detectors/facts.ts';
import type { HolderName } from './detectors/holder-name.ts';
import { holderName } from './detectors/holder-name.ts';
import type { Holding } from './growth/holders.ts';
import type { Judgement } from './growth/judge.ts';
import type { LiveTimers } from './growth/live-timers.ts';
import { otherHolders } from './growth/other-holders.ts';
import type { Interner } from './model/interner.ts';
import { carriesTime, holdsTime, isLimitless } from './model/limits.ts';
import type { ObjectView } from './model/object-view.ts';
import type { ScriptPosition } from './model/scripts.ts';
import { durationText, numberText } from './render/units.ts';
import type { Limit } from './source/bounds.ts';
import type { Expiry } from './source/expiry.ts';
import type { Locator } from './source/locate.ts';
import { dependsOn, sharesPackage } from './source/packages.ts';

/** What a growing collection's own code says against its being a leak. */
export interface Excuse {
  readonly judgement: Judgement;
  readonly facts: Facts;
  /** Where the function stands that timers call to take its entries out. */
  readonly timedBy: ScriptPosition | null;
}

/** What an excuse is looked for in. */
export interface Code {
  readonly lines: Locator;
  readonly labels: Interner;
  /** Made when first needed: it goes through the whole heap. */
  readonly timers: () => readonly LiveTimers[];
  /** Bytes that the heap may grow to. */
  readonly heapBytes: number;
  /** Milliseconds between the first and the last snapshot; null when unknown. */
  readonly spanMs: number | null;
}

/** The code of a collection's owner empties it, at a size or after a time that it has not reached: it may be filling up. */
export function excuseInCode(facts: Facts, code: Code): Excuse | null {
  const name = holderName(facts);
  const { view, holder, holding, isChain } = facts;
  if (isChain || view.isClosure(holder)) return null;
  const owned =
    name.property === null || name.position === null
      ? null
      : { name, property: name.property, script: name.position.script };
  const outer = outerBoundOf(facts, name, code);
  if (outer !== null) return outer;
  if (!leavesInTurn(holding)) return owned === null ? null : reachedBoundOf(facts, owned, code);
  const perFile = isCompiledPerFile(facts) ? perFileExcuse(facts, name) : null;
  if (perFile !== null || owned === null) return perFile;
  return boundOf(facts, owned, code) ?? expiryOf(facts, owned, code) ?? sharedOf(facts, owned, code);
}

/** Functions compiled of files, each kept under the path of its own, such as templates: there are as many as there are files. */
function isCompiledPerFile(facts: Facts): boolean {
  const { view, holder, holding } = facts;
  if (!haveScriptsOfTheirOwn(facts)) return false;
  return holding.samples.slice(0, MAX_ASKED).every((node) => {
    const key = keyOf(view, holder, node);
    return key !== null && isAbsolute(key) && existsSync(key);
  });
}

/** Under which text a Map or an object holds something; null where it is no text. */
function keyOf(view: ObjectView, holder: number, node: number): string | null {
  const key = view.mapKey(holder, node);
  if (key !== -1) return view.isString(key) ? view.text(key) : null;
  return view.edgesBetween(holder, node).find(({ type }) => type === 'property')?.name ?? null;
}

function perFileExcuse(facts: Facts, { name }: HolderName): Excuse {
  const sentence = `\`${name}\` keeps what was compiled of one file each, and ends with the last of the files: only a longer run can show it.`;
  return { judgement: { is: 'bounded', sentence }, facts, timedBy: null };
}

interface Owned {
  readonly name: HolderName;
  readonly property: string;
  readonly script: string;
}

const MIN_UNTOUCHED = 0.98;

/** Nothing has left, or none but the oldest: what leaves in another way, leaves for another reason than a bound. */
function leavesInTurn({ group }: Holding): boolean {
  const shares = group.cohortSurvival.filter((share) => share !== null);
  const isAscending = shares.every(
    (share, at) => at === 0 || share >= Math.min(shares[at - 1], MIN_UNTOUCHED),
  );
  return isAscending && (shares.at(-1) ?? 1) >= MIN_UNTOUCHED;
}

/** A size that it has: what comes over it goes at once, whichever it is. */
function reachedBoundOf(facts: Facts, owned: Owned, code: Code): Excuse | null {
  const bound = boundWithin(owned, code);
  const most = bound === null ? null : settingFor(bound, owned.script, code);
  return most !== null && isWithin(facts, most) ? boundOf(facts, owned, code) : null;
}

/** One more may be there for a moment. */
const isWithin = ({ holding: { group, holders }, content }: Facts, most: number) =>
  group.counts.at(-1)! <= (most + 1) * holders.length * (content === 'numbers' ? MOST_SLOTS : 1);

const MOST_SLOTS = 14; // for an entry of a Map that has just been made twice as large

const MAX_OWNERS = 3; // a list in a queue in a pool

/**
 * Who uses a collection of a package keeps it small: `if (queue.size < 900) queue.add(mail)`. Only a size that it has not passed
 * counts, for there may be other things in it.
 */
function outerBoundOf(facts: Facts, inner: HolderName, code: Code): Excuse | null {
  let name = inner;
  for (let owners = 0; owners < MAX_OWNERS && name.anchor === 'instance'; owners++) {
    const outer = holderName(facts, name.anchorNode);
    if (outer.property === null || outer.position === null || outer.anchorNode === name.anchorNode)
      return null;
    const owned = { name: outer, property: outer.property, script: outer.position.script };
    const excuse =
      outer.position.script === name.position?.script ? null : reachedBoundOf(facts, owned, code);
    if (excuse !== null) return excuse;
    name = outer;
  }
  return null;
}

/** The number that a limit is, or is given; NaN where only the running program knows, null where nothing is said of it. */
const settingFor = ({ limit, size }: Limit, script: string, { lines }: Code) =>
  limit === null ? size : lines.settingOf(script, limit);

/** The collection goes by its name, or is an element of the one that does. */
function boundWithin({ name, property, script }: Owned, { lines }: Code) {
  return name.name.endsWith(']')
    ? lines.boundOn(script, property, 'elements')
    : lines.boundOn(script, property);
}

function boundOf(facts: Facts, owned: Owned, code: Code): Excuse | null {
  const { name, script } = owned;
  const bound = boundWithin(owned, code);
  if (bound === null) return null;
  const setting = settingFor(bound, script, code);
  if (setting !== null && isTooMany(facts, setting, code)) return null;
  const isSet = setting !== null && isWithin(facts, setting);
  if (bound.size !== null && !isSet) return null;
  const owner = name.anchorNode;
  if (bound.limit !== null && !isSet && owner !== -1 && isLimitless(facts.view, owner, bound.limit))
    return null;
  const { file, line } = bound.location;
  const at = isSet ? numberText(setting) : 'a size of its own';
  const sentence = `\`${name.name}\` may still have been filling up: ${file}:${line} stops it at ${at}.`;
  return { judgement: { is: 'bounded', sentence }, facts, timedBy: null };
}

/** As many as the code allows would not fit into the heap, so that it is no bound. */
function isTooMany(
  { holding: { group, bytesByWindow } }: Facts,
  limit: number,
  { heapBytes }: Code,
): boolean {
  const bytes = bytesByWindow.reduce((total, value) => total + value, 0);
  return (limit * bytes) / group.counts[group.counts.length - 1] > heapBytes;
}

/** The entries leave when their time is over, which for none of them it was. */
function expiryOf(facts: Facts, { name, property, script }: Owned, code: Code): Excuse | null {
  const excused = (
    { location }: { location: Place },
    delayMs: number | null,
    timedBy: ScriptPosition | null,
  ) => ({
    judgement: { is: 'bounded' as const, sentence: expirySentence(name.name, location, delayMs) },
    facts,
    timedBy,
  });
  for (const timer of code.timers()) {
    const isNear = timer.position.script === script || sharesPackage(timer.position.script, script);
    const expiry = isNear ? code.lines.expiryBy(script, property, timer.position) : null;
    if (expiry === null || !isAwaited(facts, expiry, timer, code.spanMs)) continue;
    return excused(expiry, expiry.byTime ? null : timer.delayMs, timer.position);
  }
  const swept = code.lines.expiryOnAdding(script, property);
  return swept !== null && entriesCarryTime(facts, swept.field) === true ? excused(swept, null, null) : null;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function expirySentence(name: string, { file, line }: Place, delayMs: number | null): string {
  const after = delayMs === null ? 'after a time of its own' : `after ${durationText(delayMs)}`;
  return `\`${name}\` lets its entries go ${after} (${file}:${line}), which none had reached: only a longer run can show that it stays level.`;
}

const EACH_SHARE = 0.8; // of the new entries have a timer of their own

/**
 * Whether it is plain that the entries are to go yet: each has its timer, or a sweep looks at the time that they carry, or all go
 * at once, less often than the snapshots could have seen.
 */
function isAwaited(
  facts: Facts,
  expiry: Expiry,
  { count, delayMs }: LiveTimers,
  spanMs: number | null,
): boolean {
  if (count >= EACH_SHARE * facts.holding.holders[0].newObjects) return true;
  const isLater = delayMs !== null && spanMs !== null && delayMs > spanMs;
  if (!expiry.byTime) return isLater;
  const timed = entriesCarryTime(facts, expiry.field);
  return timed ?? isLater;
}

const MAX_ASKED = 24;

/** Null where the code keeps the times in another place than the entries, so that nobody can tell. */
function entriesCarryTime(facts: Facts, field: string | null): boolean | null {
  const { view, holder, holding, memberClass } = facts;
  const entries = holding.samples.filter((node) => view.className(node) === memberClass).slice(0, MAX_ASKED);
  const answers = view.isString(facts.member) ? [] : entries.map((node) => carriesTime(view, node, field));
  if (answers.filter((answer) => answer === true).length > answers.length / 2) return true;
  if (answers.some((answer) => answer === false)) return false;
  return (
    keptBeside(facts).some((node) => holdsTime(view, node)) || holdsTime(view, tableOf(view, holder)) || null
  );
}

const tableOf = (view: ObjectView, node: number) => {
  const table = view.internal(node, 'table');
  return table === -1 ? node : table;
};

/** The tables of the other collections of the same object. */
function keptBeside(facts: Facts): number[] {
  const { view } = facts;
  const { anchor, anchorNode } = holderName(facts);
  if (anchor !== 'instance') return [];
  return view
    .propertyNames(anchorNode)
    .map((name) => view.property(anchorNode, name))
    .filter((node) => BESIDE_CLASSES.has(view.className(node)))
    .map((node) => tableOf(view, node));
}

const BESIDE_CLASSES: ReadonlySet<string> = new Set(['Map', 'Array', 'Object']);

/**
 * What goes together with something that has an excuse, and would go with it: the timers that empty it, and what else its class
 * or package keeps of the same entries.
 */
export function excuseByOthers(facts: Facts, excuses: readonly Excuse[], { lines }: Code): Excuse | null {
  const timedBy = timerPosition(facts);
  const found = excuses.find((excuse) => {
    if (timedBy !== null && isSamePlace(timedBy, excuse.timedBy)) return true;
    return isInProportion(facts, excuse.facts) && belongsTo(facts, timedBy, excuse.facts, lines);
  });
  return found ? { ...found, facts } : null;
}

/** Where the function stands that timers call, if the members are timers. */
function timerPosition({ view, scripts, member, memberClass }: Facts): ScriptPosition | null {
  if (memberClass !== 'Timeout' && memberClass !== 'TimersList') return null;
  const timer = memberClass === 'Timeout' ? member : view.property(member, '_idleNext');
  const called = timer === -1 ? -1 : view.property(timer, '_onTimeout');
  return called === -1 ? null : scripts.positionOf(view.unwrapped(called));
}

const isSamePlace = (a: ScriptPosition, b: ScriptPosition | null) =>
  a.script === b?.script && a.line === b.line && a.column === b.column;

const MAX_RATIO_SPREAD = 1.5;

/** For each new entry of the one there were as many new members of the other in every window. */
function isInProportion({ holding: { group } }: Facts, { holding: { group: other } }: Facts): boolean {
  const ratios = group.steps.map((step, window) => step / other.steps[window]);
  return Math.min(...ratios) > 0 && Math.max(...ratios) <= MAX_RATIO_SPREAD * Math.min(...ratios);
}

/** Both are of one object, or of a package and one that it needs; and the code takes members out here as well. */
function belongsTo(facts: Facts, timedBy: ScriptPosition | null, excused: Facts, lines: Locator): boolean {
  const name = holderName(facts);
  const bounded = holderName(excused);
  const script = timedBy?.script ?? name.position?.script;
  if (script === undefined || bounded.position === null) return false;
  const isOfOne = name.anchorNode !== -1 && name.anchorNode === bounded.anchorNode;
  const other = bounded.position.script;
  if (!isOfOne && !sharesPackage(script, other) && !dependsOn(script, other)) return false;
  if (timedBy !== null || facts.content === 'numbers') return true;
  return name.property !== null && lines.removesFrom(script, name.property);
}

const MAX_SHARED = 24;

/**
 * A package may leave it to another one to say when its own collection loses what: both keep the same keys, and the other one's
 * code has the bound.
 */
function sharedOf(facts: Facts, { property, script }: Owned, code: Code): Excuse | null {
  if (!code.lines.removesFrom(script, property)) return null;
  const { tree, view, scripts, holding } = facts;
  for (const holder of otherHolders(tree, holding.samples.slice(0, MAX_SHARED))) {
    const name = holderName({ view, scripts, holder, ...waysTo(holder, tree, view, code.labels) });
    if (name.property === null || name.position === null) continue;
    const other = name.position.script;
    if (other === script || !(sharesPackage(script, other) || dependsOn(script, other))) continue;
    const excuse = boundOf(facts, { name, property: name.property, script: other }, code);
    if (excuse !== null) return excuse;
  }
  return null;
}
