/** Who allocates what is held: joins a recorded heap profile to the findings that snapshots gave. */
import { functionWord } from './detectors/words.ts';
import { locationText } from './render/trace.ts';
import type { Allocation, Finding, SourceLocation } from './report.ts';
import type { AllocationSample, ProfileNode, TimedProfile } from './series/allocation-growth.ts';
import type { ScriptPosition } from './model/scripts.ts';
import type { Locator } from './source/locate.ts';
import { filePath } from './source/packages.ts';

/** The functions of a program that a sample was allocated under, innermost first; Node's own and the engine's are left out. */
type Stack = readonly Frame[];

interface Frame {
  readonly functionName: string;
  readonly position: ScriptPosition;
}

/** What was sampled since the first snapshot, by where it was allocated. */
interface Sampled {
  readonly stack: Stack;
  readonly bytes: number;
}

const MAX_ALLOCATIONS = 3; // of one finding: the rest is small change
const MIN_SHARE = 0.05;
const BY_FAR = 0.5; // of all that stays: more than everything else together

/**
 * Names for each finding the functions that allocate what it holds. A sample counts for a finding when some function on its stack
 * has a place of the finding in it: where things are added, or where the class or function of what is held stands. A profile has
 * no object ids; where no sample is that near, the site of more than half of all that stays is named for a leak of more than half
 * of the heap's growth.
 * @param profiles of the same process, in order of time
 * @param firstSnapshotMs when the first snapshot was taken, on the profiles' clock
 */
export function withAllocations(
  findings: readonly Finding[],
  profiles: readonly TimedProfile[],
  firstSnapshotMs: number,
  locator: Locator,
): Finding[] {
  const last = profiles.at(-1);
  if (last === undefined) return [...findings];
  const base = profiles.findLast(({ atMs }) => atMs <= firstSnapshotMs);
  const sampled = sampledSince(last, base ?? null);
  const contains = containment(locator);
  return findings.map((finding) => {
    const places = placesOf(finding);
    const near = sampled.filter(({ stack }) =>
      stack.some((frame) => places.some((place) => contains(frame, place))),
    );
    const allocatedBy =
      near.length > 0 ? sitesOf(near, locator, MIN_SHARE) : byFar(finding, sampled, locator);
    return allocatedBy.length === 0
      ? finding
      : { ...finding, allocatedBy, evidence: [...finding.evidence, ...allocatedBy.map(sentenceOf)] };
  });
}

/** "`load` (app.js:12:3) allocates 83 % of it, as the heap profile tells" */
function sentenceOf({ functionName, location, share }: Allocation): string {
  return `${functionWord(functionName)} (${locationText(location)}) allocates ${Math.round(share * 100)} % of it, as the heap profile tells`;
}

/** Where the code adds to what leaks, and where what is held is made. */
function placesOf({ culprit, trace }: Finding): SourceLocation[] {
  const added = culprit.sites.filter(({ role }) => role === 'added').map(({ location }) => location);
  const made = trace.at(-1)?.location ?? null;
  return made === null ? added : [...added, made];
}

function byFar({ growth }: Finding, sampled: readonly Sampled[], locator: Locator): Allocation[] {
  return (growth.shareOfHeapGrowth ?? 0) > BY_FAR ? sitesOf(sampled, locator, BY_FAR) : [];
}

function sitesOf(sampled: readonly Sampled[], locator: Locator, minShare: number): Allocation[] {
  const total = sampled.reduce((sum, { bytes }) => sum + bytes, 0);
  const sites = new Map<string, { frame: Frame; bytes: number }>();
  for (const { stack, bytes } of sampled) {
    const [frame] = stack;
    const key = keyOf(frame);
    const site = sites.get(key) ?? { frame, bytes: 0 };
    site.bytes += bytes;
    sites.set(key, site);
  }
  return [...sites.values()]
    .filter(({ bytes }) => bytes >= minShare * total)
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, MAX_ALLOCATIONS)
    .map(({ frame: { functionName, position }, bytes }) => ({
      functionName: functionName || (locator.functionName(position) ?? ''),
      location: locator.toSource(position.script, position.line, position.column),
      bytes,
      share: bytes / total,
    }));
}

const keyOf = ({ position: { script, line, column } }: Frame) => `${script}:${line}:${column}`;

/** Whether a place lies in a function; each function is looked up once. */
function containment(locator: Locator): (frame: Frame, place: SourceLocation) => boolean {
  const spans = new Map<string, ReturnType<Locator['functionSpan']>>();
  return (frame, place) => {
    const key = keyOf(frame);
    let span = spans.get(key);
    if (span === undefined) spans.set(key, (span = locator.functionSpan(frame.position)));
    return (
      span !== null &&
      span.from.file === place.file &&
      span.from.line <= place.line &&
      place.line <= span.to.line
    );
  };
}

function sampledSince({ profile }: TimedProfile, base: TimedProfile | null): Sampled[] {
  const stacks = stacksOf(profile.head);
  const known = base === null ? 0 : largestOrdinal(base.profile.samples);
  return profile.samples.flatMap(({ ordinal, nodeId, size }) => {
    const stack = ordinal > known ? (stacks.get(nodeId) ?? []) : [];
    return stack.length === 0 ? [] : [{ stack, bytes: size }];
  });
}

const largestOrdinal = (samples: readonly AllocationSample[]) =>
  samples.reduce((largest, { ordinal }) => Math.max(largest, ordinal), 0);

function stacksOf(head: ProfileNode): ReadonlyMap<number, Stack> {
  const stacks = new Map<number, Stack>();
  const open: { readonly node: ProfileNode; readonly callers: Stack }[] = [{ node: head, callers: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const frame = frameOf(next.node);
    const stack = frame === null ? next.callers : [frame, ...next.callers];
    stacks.set(next.node.id, stack);
    for (const child of next.node.children) open.push({ node: child, callers: stack });
  }
  return stacks;
}

function frameOf({ callFrame }: ProfileNode): Frame | null {
  const { functionName, url, lineNumber, columnNumber = 0 } = callFrame;
  if (filePath(url) === null) return null;
  return { functionName, position: { script: url, line: lineNumber + 1, column: columnNumber + 1 } };
}
