import { createHash } from 'node:crypto';
import { detectors } from './detectors/index.ts';
import type { Diagnosis } from './detectors/detector.ts';
import type { Facts } from './detectors/facts.ts';
import type { HolderName } from './detectors/holder-name.ts';
import { declarationOf, holderName } from './detectors/holder-name.ts';
import { holderCount } from './detectors/words.ts';
import { openedResource } from './detectors/resource.ts';
import type { Confidence, Culprit, Finding, Growth, Site, SourceLocation } from './report.ts';
import type { Located, Locator } from './source/locate.ts';
import { isNodeScript } from './source/packages.ts';
import type { Placed } from './relate.ts';
import { capitalized } from './render/casing.ts';
import { bytesText, countText, numberText } from './render/units.ts';
import { inSourceNames, renamedTrace, renamesOf } from './source/renames.ts';
import { timeToLimit } from './series/memory-trend.ts';
import { sum } from './series/trend.ts';
import { traceOf } from './trace.ts';

/** What the whole run says, against which one finding is measured. */
export interface Scale {
  /** Milliseconds from the first to the last snapshot; null when unknown. */
  readonly durationMs: number | null;
  /** HTTP requests answered from the first to the last snapshot; null when there were few or none. */
  readonly requests: number | null;
  /** Bytes the heap may grow to; null when the limit is unknown. */
  readonly heapLimitBytes: number | null;
  /** Bytes of the heap at the last snapshot. */
  readonly heapBytes: number;
  /** Bytes the heap gained from the first to the last snapshot. */
  readonly heapGrowthBytes: number;
}

/** Words, line, numbers and trace for one growing group. */
export function findingOf(facts: Facts, confidence: Confidence, locator: Locator, scale: Scale): Placed {
  const told = diagnose(facts, locator);
  const toldAt = locator.locate(told.where);
  const owner = ownerOf(facts, toldAt, locator);
  const opened = isNodes(toldAt) && owner === null ? openedResource(facts) : null;
  const diagnosed = opened ?? told;
  const first = opened === null ? toldAt : locator.locate(opened.where);
  const located = owner?.located ?? first;
  const names = renamesOf(facts, locator);
  const diagnosis = inSourceNames(renamed(refined(diagnosed, located, owner), located.originalName), names);
  const growth = growthOf(facts, diagnosis, scale);
  const culprit = culpritOf(diagnosis, located, ownerSites(facts, diagnosis, locator));
  const finding: Finding = {
    kind: diagnosis.kind,
    title: titleOf(facts, diagnosis, located),
    confidence,
    fingerprint: fingerprintOf(diagnosis, located),
    culprit,
    growth,
    trace: renamedTrace(traceOf(facts, locator, leakingReason(facts)), names),
    fix: diagnosis.fix,
    evidence: [...evidenceOf(facts, growth, scale), ...diagnosis.evidence],
    related: [],
  };
  const holder = holderName(facts);
  const anchorNode = holder.anchor === 'instance' ? holder.anchorNode : -1;
  return { finding, anchorNode, isStore: facts.content !== 'objects' };
}

function diagnose(facts: Facts, locator: Locator): Diagnosis {
  for (const detector of detectors) {
    const diagnosis = detector.diagnose(facts, locator);
    if (diagnosis) return diagnosis;
  }
  throw new Error('the last detector speaks for every group');
}

/** Node's own classes are not to blame: the first owner that stands in somebody's file is where to look. */
interface Owner {
  readonly name: HolderName;
  readonly located: Located;
}

const isNodes = ({ location }: Located) => location === null || isNodeScript(location.file);

function ownerOf(facts: Facts, toldAt: Located, locator: Locator): Owner | null {
  if (isNodes(toldAt)) return ownerOutside(facts, locator, isNodes);
  const structure = toldAt.package?.name;
  if (structure === undefined || !isPartOfTree(facts)) return null;
  return ownerOutside(facts, locator, ({ package: owner }) => owner?.name === structure);
}

/**
 * One of many holders in a tree that one file makes the nodes of, such as a persistent map's: what grows is the whole, and
 * whoever holds that is to be named.
 */
function isPartOfTree(facts: Facts): boolean {
  const { className, anchor, position } = holderName(facts);
  if (anchor !== 'instance' || holderCount(facts) < 2) return false;
  const { chain, view, scripts } = facts;
  const inside = chain.slice(
    1 + chain.findLastIndex(({ node }) => view.isClosure(node) || view.isScope(node)),
  );
  const nodes = inside.filter(({ node }) => scripts.positionOf(node)?.script === position?.script);
  return nodes.length >= MIN_TREE_DEPTH || nodes.filter((step) => step.className === className).length >= 2;
}

const MIN_TREE_DEPTH = 3; // the tree itself, a node, and a node within it

/** The first owner, from the holder upwards, that stands in other files than these. */
function ownerOutside(facts: Facts, locator: Locator, isInside: (located: Located) => boolean): Owner | null {
  let name = holderName(facts);
  while (name.anchorNode !== -1) {
    const outer = holderName(facts, name.anchorNode);
    const located = outer.property === null ? null : locator.locate(declarationOf(outer));
    if (located?.location && !isInside(located)) return { name: outer, located };
    if (outer.anchorNode === name.anchorNode) break;
    name = outer;
  }
  return null;
}

/** What only the source could tell: whose it is, and whether a variable is the module's or some function's. */
function refined(diagnosis: Diagnosis, located: Located, owner: Owner | null): Diagnosis {
  const isLocal =
    diagnosis.kind === 'global' && diagnosis.where.look === 'variable' && located.within !== null;
  const kind = isLocal ? 'collection' : diagnosis.kind;
  if (owner === null || diagnosis.name.includes(owner.name.name)) return { ...diagnosis, kind };
  return {
    ...diagnosis,
    kind,
    subject: `${diagnosis.subject} of \`${owner.name.name}\``,
    name: `${owner.name.name}.${diagnosis.name}`,
  };
}

/** Gives a minified variable its name back, where the finding is named after it. */
function renamed(diagnosis: Diagnosis, original: string | null): Diagnosis {
  const short = diagnosis.where.name;
  if (original === null || short === null || original === short) return diagnosis;
  const rename = (text: string) => text.replaceAll(`\`${short}\``, `\`${original}\``);
  return {
    ...diagnosis,
    subject: rename(diagnosis.subject),
    predicate: rename(diagnosis.predicate),
    name: diagnosis.name === short ? original : diagnosis.name,
    property: diagnosis.property === short ? original : diagnosis.property,
  };
}

function titleOf(facts: Facts, diagnosis: Diagnosis, located: Located): string {
  const isInside = diagnosis.where.look === 'function' || diagnosis.where.look === 'call';
  const within = isInside ? located.within : null;
  const inside = within === null || diagnosis.subject.includes(`\`${within}\``) ? '' : `, in \`${within}\``;
  const place = located.location === null ? '' : ` (${placeText(located.location)}${inside})`;
  const { counts } = facts.holding.group;
  const predicate =
    counts.length === 1 ? `holds ${numberText(counts[0])} ${diagnosis.what}` : diagnosis.predicate;
  return capitalized(`${diagnosis.subject}${place} ${predicate}`);
}

const placeText = (location: SourceLocation) => `${location.file}:${location.line}`;

/** A class may be used in many places; who holds this instance of it is often the place to mend. */
function ownerSites(facts: Facts, diagnosis: Diagnosis, locator: Locator): Site[] {
  const inner = holderName(facts);
  if (inner.anchor !== 'instance' || inner.className !== diagnosis.className) return [];
  const outer = holderName(facts, inner.anchorNode);
  if (outer.anchor === 'none' || outer.property === null) return [];
  const { location } = locator.locate(declarationOf(outer));
  return location === null
    ? []
    : [{ role: 'created', what: `the ${inner.className} is \`${outer.name}\``, location }];
}

function culpritOf(diagnosis: Diagnosis, located: Located, owners: readonly Site[]): Culprit {
  const within =
    located.within === null || located.location === null ? [] : [{ ...located, within: located.within }];
  return {
    name: diagnosis.name,
    className: diagnosis.className,
    property: diagnosis.property,
    container: diagnosis.container,
    package: located.package,
    location: located.location,
    ...(located.generated ? { generated: located.generated } : {}),
    sites: [
      ...located.sites,
      ...(diagnosis.sites ?? []),
      ...owners,
      ...within.map(({ within: what, location }) => ({
        role: 'declared' as const,
        what,
        location: location!,
      })),
    ],
  };
}

function growthOf(facts: Facts, diagnosis: Diagnosis, scale: Scale): Growth {
  const { group, bytesByWindow } = facts.holding;
  const newBytes = sum(bytesByWindow.slice(1));
  const newObjects = sum(group.steps);
  const perMinute = (value: number) =>
    scale.durationMs === null || scale.durationMs <= 0 ? null : (value / scale.durationMs) * 60_000;
  return {
    what: diagnosis.what,
    objects: group.counts,
    bytes: bytesByWindow
      .map((_, window) => sum(bytesByWindow.slice(0, window + 1)))
      .slice(-group.counts.length),
    objectsPerMinute: perMinute(newObjects),
    bytesPerMinute: perMinute(newBytes),
    ...perRequest(newObjects, newBytes, scale),
    ...untilLimit(newBytes, scale),
    shareOfHeapGrowth: scale.heapGrowthBytes > 0 ? Math.min(1, newBytes / scale.heapGrowthBytes) : null,
    survival: group.survival,
  };
}

function perRequest(objects: number, bytes: number, { requests }: Scale): Partial<Growth> {
  return requests === null
    ? {}
    : { objectsPerRequest: objects / requests, bytesPerRequest: bytes / requests };
}

function untilLimit(bytes: number, { heapLimitBytes, heapBytes, durationMs }: Scale): Partial<Growth> {
  if (durationMs === null || durationMs <= 0) return {};
  const pace = (bytes / durationMs) * 60_000;
  const timeToHeapLimitMs = heapLimitBytes === null ? null : timeToLimit(heapBytes, pace, heapLimitBytes);
  return timeToHeapLimitMs === null ? {} : { timeToHeapLimitMs };
}

const CONTENT_WORDS = { objects: 'objects', numbers: 'slots', bytes: 'bytes' } as const;

function evidenceOf(facts: Facts, growth: Growth, { requests }: Scale): string[] {
  const holders = holderCount(facts);
  return [
    `${growth.objects.join(' → ')} ${CONTENT_WORDS[facts.content]} over ${countText(growth.objects.length, 'snapshot')}`,
    ...(requests === null ? [] : [requestSentence(growth, requests)]),
    ...(holders > 1 ? [`${holders} holders share the growth`] : []),
    ...(growth.shareOfHeapGrowth !== null && growth.shareOfHeapGrowth >= 0.01
      ? [`${Math.round(growth.shareOfHeapGrowth * 100)} % of the heap's growth hangs on it`]
      : []),
  ];
}

function requestSentence({ objectsPerRequest, bytesPerRequest }: Growth, requests: number): string {
  const objects = Math.round((objectsPerRequest ?? 0) * 10) / 10;
  const bytes = Math.round(bytesPerRequest ?? 0);
  return `${objects < 0.1 ? 'fewer than 0.1' : objects} of them and ${bytesText(bytes)} per request, over ${countText(requests, 'request')}`;
}

function leakingReason(facts: Facts): string {
  const { steps, survival } = facts.holding.group;
  const total = sum(steps);
  if (facts.holding.group.counts.length === 1) return `${numberText(total)} of them`;
  if (facts.content !== 'objects') return `room for ${total} more was made`;
  return survival === null
    ? `${total} came`
    : `${total} came, ${Math.round(survival * 100)} % of them stayed`;
}

/**
 * Of the reference that should be cut, after LeakCanary: what kind of holder it is, where it is declared and what it is
 * called. Free of ids, sizes, lines, times, the machine's folders and of what happens to be held, so that a rebuild,
 * another machine and an edit above it give the same.
 */
function fingerprintOf({ kind, name }: Diagnosis, { package: owner, location }: Located): string {
  const place = owner?.name ?? (location === null ? '' : endOfPath(location.file));
  const plainName = name.replaceAll(/\[[^\]]*\]/g, '[]').replaceAll(/\d+/g, '#');
  return createHash('sha1').update([kind, place, plainName].join('\n')).digest('hex').slice(0, 16);
}

/** `cart/index.js`: in every project many files are called the same, and no two machines agree on what stands before. */
const endOfPath = (file: string) => file.split(/[/\\]/).slice(-2).join('/');
