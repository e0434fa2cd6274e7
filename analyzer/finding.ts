import { createHash } from 'node:crypto';
import { basename } from 'node:path';
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
import { bytesText, countText, numberText } from './render/units.ts';
import { inSourceNames, renamedClass, renamedTrace, renamesOf } from './source/renames.ts';
import { traceOf } from './trace.ts';

/** What the whole run says, against which one finding is measured. */
export interface Scale {
  /** Milliseconds from the first to the last snapshot; null when unknown. */
  readonly durationMs: number | null;
  /** HTTP requests answered from the first to the last snapshot; null when there were few or none. */
  readonly requests: number | null;
  /** Bytes the heap gained from the first to the last snapshot. */
  readonly heapGrowthBytes: number;
}

/** Words, line, numbers and trace for one growing group. */
export function findingOf(facts: Facts, confidence: Confidence, locator: Locator, scale: Scale): Placed {
  const told = diagnose(facts);
  const toldAt = locator.locate(told.where);
  const owner = isNodes(toldAt) ? usersOwner(facts, locator) : null;
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
    fingerprint: fingerprintOf(diagnosis, located, renamedClass(facts.memberClass, names)),
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

function diagnose(facts: Facts): Diagnosis {
  for (const detector of detectors) {
    const diagnosis = detector.diagnose(facts);
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

function usersOwner(facts: Facts, locator: Locator): Owner | null {
  let name = holderName(facts);
  while (name.anchorNode !== -1) {
    const outer = holderName(facts, name.anchorNode);
    const located = outer.property === null ? null : locator.locate(declarationOf(outer));
    if (located && !isNodes(located)) return { name: outer, located };
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
  const within = diagnosis.where.look === 'function' ? located.within : null;
  const inside = within === null || diagnosis.subject.includes(`\`${within}\``) ? '' : `, in \`${within}\``;
  const place = located.location === null ? '' : ` (${placeText(located.location)}${inside})`;
  const { counts } = facts.holding.group;
  const predicate =
    counts.length === 1 ? `holds ${numberText(counts[0])} ${diagnosis.what}` : diagnosis.predicate;
  return capitalized(`${diagnosis.subject}${place} ${predicate}`);
}

const placeText = (location: SourceLocation) => `${location.file}:${location.line}`;
const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

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
    shareOfHeapGrowth: scale.heapGrowthBytes > 0 ? Math.min(1, newBytes / scale.heapGrowthBytes) : null,
    survival: group.survival,
  };
}

const CONTENT_WORDS = { objects: 'objects', numbers: 'slots', bytes: 'bytes' } as const;

function evidenceOf(facts: Facts, growth: Growth, { requests }: Scale): string[] {
  const holders = holderCount(facts);
  return [
    `${growth.objects.join(' → ')} ${CONTENT_WORDS[facts.content]} over ${countText(growth.objects.length, 'snapshot')}`,
    ...(requests === null ? [] : [perRequest(facts, requests)]),
    ...(holders > 1 ? [`${holders} holders share the growth`] : []),
    ...(growth.shareOfHeapGrowth !== null && growth.shareOfHeapGrowth >= 0.01
      ? [`${Math.round(growth.shareOfHeapGrowth * 100)} % of the heap's growth hangs on it`]
      : []),
  ];
}

function perRequest({ holding: { group, bytesByWindow } }: Facts, requests: number): string {
  const objects = Math.round((sum(group.steps) / requests) * 10) / 10;
  const bytes = Math.round(sum(bytesByWindow.slice(1)) / requests);
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
 * Of the references that should be cut, after LeakCanary: class and property names without ids, sizes, lines, times or
 * the machine's folders, so that a rebuild or another machine gives the same.
 */
function fingerprintOf(diagnosis: Diagnosis, located: Located, memberClass: string): string {
  const owner = located.package?.name ?? (located.location ? basename(located.location.file) : '');
  const name = diagnosis.name.replaceAll(/\[[^\]]*\]/g, '[]').replaceAll(/\d+/g, '#');
  const parts = [diagnosis.kind, owner, diagnosis.className ?? '', name, memberClass];
  return createHash('sha1').update(parts.join('\n')).digest('hex').slice(0, 16);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
