import { REPORT_VERSION } from '../../analyzer/report.ts';
import type { Culprit, Finding, Growth, Report, SnapshotSummary } from '../../analyzer/report.ts';
import { MB, STARTED_AT } from './sample-run.ts';

/** What a page must show as text and never as anything else. */
export const HOSTILE_TEXT = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
export const RIGHT_TO_LEFT = '\u202Ecod.exe\u202C';
export const LONE_SURROGATE = 'half \uD83D pair';

const NO_SITES: Pick<Culprit, 'sites' | 'package'> = { sites: [], package: null };

const sessions: Finding = {
  kind: 'collection',
  title: 'Map `sessions` in src/session-store.js:12 grows without bound',
  confidence: {
    level: 'high',
    score: 0.97,
    reasons: [
      'Grew in 2 of 2 steps between snapshots.',
      '4,812 of 4,830 objects of the previous window are still held.',
      'The heap floor after major collections rises by 18 MB/min.',
    ],
    missing: [],
  },
  fingerprint: 'collection:SessionStore.sessions:Map',
  culprit: {
    ...NO_SITES,
    name: 'sessions',
    className: 'SessionStore',
    property: 'sessions',
    container: 'Map',
    location: { file: 'src/session-store.js', line: 12, column: 5 },
    sites: [
      {
        role: 'added',
        what: 'sessions.set(id, session)',
        location: { file: 'src/session-store.js', line: 31, column: 10 },
      },
      {
        role: 'created',
        what: 'new Map()',
        location: { file: 'src/session-store.js', line: 12, column: 21 },
      },
    ],
  },
  growth: {
    ...growthOf('session objects `{id, user, at}`', [1250, 6080, 10_910], [5.1, 24.8, 44.6], 0.86),
    bytesPerRequest: 4080,
    bytesFreed: 44.1 * MB,
    timeToHeapLimitMs: 25 * 60_000,
  },
  trace: [
    element('global', '', 'expected', null),
    element('module src/app.js', 'module cache', 'expected', 'modules live as long as the process', 4),
    element('SessionStore', 'variable store', 'suspect', null),
    element('Map', '.sessions', 'suspect', 'grew by 9,660 entries'),
    element('Object {id, user, at}', '[*]', 'leaking', 'held after its request ended'),
  ],
  fix: 'Delete the entry when the session ends, or bound the map: `new LRUCache({ max: 5000 })` keeps the newest 5,000 sessions.',
  evidence: [
    'Entries: 1,250 → 6,080 → 10,910.',
    'Nothing else in the program deletes from this map.',
    'Capacity of the backing store doubled twice.',
  ],
  related: ['listener:bus:change'],
};

const listeners: Finding = {
  kind: 'listener',
  knownLeak: {
    package: 'bus',
    affected: '<2.0.0',
    summary: 'listeners of closed requests stay',
    fixedIn: '2.0.0',
    url: 'https://bus.example/issues/1',
  },
  allocatedBy: [
    {
      functionName: 'subscribe',
      location: { file: 'src/routes/orders.js', line: 27, column: 3 },
      bytes: 4.9 * MB,
      share: 0.94,
    },
  ],
  title: "Listeners for 'change' on `bus` in src/routes/orders.js:27 are never removed",
  confidence: {
    level: 'medium',
    score: 0.71,
    reasons: ['Grew in 2 of 2 steps.'],
    missing: ['A third step: run for a minute longer.'],
  },
  fingerprint: 'listener:bus:change',
  culprit: {
    ...NO_SITES,
    name: "bus 'change' listeners",
    className: null,
    property: 'change',
    container: 'EventEmitter',
    location: { file: 'src/routes/orders.js', line: 27, column: 3 },
  },
  growth: growthOf('closures `onChange`', [40, 410, 795], [0.3, 2.7, 5.2], 0.1),
  trace: [
    element('global', '', 'expected', null),
    element('EventEmitter bus', 'variable bus', 'suspect', 'lives as long as the process'),
    element('closure onChange', "listener 'change'", 'leaking', null, 2),
  ],
  fix: "Call `bus.off('change', onChange)` when the request ends, or use `once`.",
  evidence: ['795 listeners of the same function.'],
  related: ['collection:SessionStore.sessions:Map'],
};

const hostile: Finding = {
  kind: 'string',
  knownLeak: {
    package: HOSTILE_TEXT,
    affected: '*',
    summary: HOSTILE_TEXT,
    fixedIn: null,
    url: 'javascript:globalThis.hacked=1',
  },
  title: `Strings ${HOSTILE_TEXT} in ${RIGHT_TO_LEFT} ${LONE_SURROGATE}`,
  confidence: { level: 'low', score: 0.34, reasons: [HOSTILE_TEXT], missing: [HOSTILE_TEXT] },
  fingerprint: `string:${HOSTILE_TEXT}`,
  culprit: {
    ...NO_SITES,
    name: HOSTILE_TEXT,
    className: HOSTILE_TEXT,
    property: HOSTILE_TEXT,
    container: 'Object',
    package: { name: HOSTILE_TEXT, version: '1.0.0' },
    location: { file: `node_modules/${HOSTILE_TEXT}/index.js`, line: 1, column: 1 },
  },
  growth: growthOf(HOSTILE_TEXT + 'x'.repeat(2000), [0, 12, 25], [0, 0.2, 0.3], 0.01),
  trace: [
    element(HOSTILE_TEXT, '', 'expected', HOSTILE_TEXT),
    element(LONE_SURROGATE, RIGHT_TO_LEFT, 'leaking', null),
  ],
  fix: HOSTILE_TEXT,
  evidence: [HOSTILE_TEXT, 'y'.repeat(3000)],
  related: [],
};

/** Three findings of three kinds, one of them named by somebody who wants to break the page. */
export const leakReport: Report = {
  version: REPORT_VERSION,
  verdict: 'leak',
  headline: '3 leaks hold 18 MB more every minute; about 20 minutes until out of memory.',
  reasons: [
    'The heap floor after 30 major collections rises by 18 MB/min.',
    'Three containers grew in every step between snapshots.',
  ],
  findings: [sessions, listeners, hostile],
  snapshots: [1, 2, 3].map(snapshotSummary),
  memory: {
    durationMs: 300_000,
    majorCollections: 30,
    floorBytesPerMinute: 18 * MB,
    rssBytesPerMinute: 19.8 * MB,
    externalBytesPerMinute: 0,
    timeToHeapLimitMs: 20 * 60_000,
  },
  comparability: {
    kind: 'same-lineage',
    sentence: 'The snapshots are of one process; ids mean the same object in all of them.',
    reordered: false,
  },
  process: {
    pid: 4242,
    threadId: 0,
    script: '/srv/shop/src/server.js',
    nodeVersion: 'v20.20.2',
    heapLimitBytes: 536 * MB,
  },
  elapsedMs: 2310,
};

export const cleanReport: Report = {
  ...leakReport,
  verdict: 'clean',
  headline: 'No leak: the heap floor stayed level over 30 major collections.',
  reasons: ['The floor moved by less than 0.1 MB/min.'],
  findings: [],
  memory: { ...leakReport.memory!, floorBytesPerMinute: 0.02 * MB, timeToHeapLimitMs: null },
};

export const unknownReport: Report = {
  ...cleanReport,
  verdict: 'unknown',
  headline: 'Could not tell: the run was too short.',
  reasons: ['Only 2 major collections happened.', 'A run of two minutes or more would settle it.'],
  memory: null,
};

function growthOf(what: string, objects: number[], megabytes: number[], share: number): Growth {
  return {
    what,
    objects,
    bytes: megabytes.map((figure) => figure * MB),
    objectsPerMinute: (objects[2] - objects[0]) / 3.3,
    bytesPerMinute: ((megabytes[2] - megabytes[0]) * MB) / 3.3,
    shareOfHeapGrowth: share,
    survival: 0.996,
  };
}

function element(
  label: string,
  via: string,
  status: Finding['trace'][number]['status'],
  reason: string | null,
  foldedSteps = 0,
): Finding['trace'][number] {
  return { label, via, status, reason, location: null, foldedSteps };
}

function snapshotSummary(sequence: number): SnapshotSummary {
  return {
    file: `4242-0-${sequence}.heapsnapshot`,
    fileBytes: 41 * MB,
    takenAt: STARTED_AT + (sequence * 100 - 40) * 1000,
    nodeCount: 310_000 + 90_000 * sequence,
    edgeCount: 1_400_000 + 300_000 * sequence,
    heapBytes: (24 + 30 * sequence) * MB,
  };
}
