import { decodeEntry } from '../agent/recording-codec.ts';
import type {
  Collection,
  CollectionKind,
  Notice,
  ProfileTaken,
  RecordingEntry,
  RecordingHeader,
  RequestFigures,
  Routes,
  Sample,
  SnapshotTaken,
  Stall,
} from '../agent/recording.ts';
import type { LatestFigures, Marker, RouteRow, SeriesName } from './api.ts';
import { Column } from './column.ts';
import { checkedStall, stallText } from './checked-stall.ts';

const COLLECTION_KINDS: readonly CollectionKind[] = ['minor', 'major', 'incremental', 'weak-callbacks'];

/** Samples may come late when the event loop is busy; only a hole this many samples wide is shown as one. */
const GAP_SAMPLES = 3;

/** The agent writes some hundred and then sums; more is a recording that nobody wrote to be read. */
const MAX_STALLS = 50_000;

/** The agent sums up the rest itself; see above. */
const MAX_ROUTES = 500;

/** Numbers with the moments they belong to, ascending. */
export interface Series {
  readonly at: Column;
  readonly values: Column;
}

/** One recording as columns, filled entry by entry while it is being written. */
export class ProcessSeries {
  readonly header: RecordingHeader;
  readonly gapMs: number;
  readonly series = new Map<SeriesName, Series>();
  readonly markers: Omit<Marker, 'hidden'>[] = [];
  readonly snapshots: SnapshotTaken[] = [];
  readonly routes = new Map<string, RouteRow>();
  /** By what asked for it: what became of it. */
  readonly profiles = new Map<string, ProfileTaken>();
  /** By what asked for it: when it began, in milliseconds since the process did. */
  readonly profileStarts = new Map<string, number>();
  /** When it began -> the stall; what was told of it last, for a long one is told of several times. */
  readonly stalls = new Map<number, Stall>();
  lastSeenAt: number;
  exitCode: number | null = null;
  latest: LatestFigures | null = null;
  majorCollections = 0;
  listening: string | null = null;
  private readonly sampledAt = new Column();

  constructor(header: RecordingHeader) {
    this.header = header;
    this.gapMs = GAP_SAMPLES * header.sampleIntervalMs;
    this.lastSeenAt = header.startedAt;
    this.series.set('floor', { at: new Column(), values: new Column() });
    for (const kind of COLLECTION_KINDS)
      this.series.set(`gc:${kind}`, { at: new Column(), values: new Column() });
  }

  get sampleCount(): number {
    return this.sampledAt.length;
  }

  /** The entry that the line stands for; false when it stands for none. */
  addLine(line: string): boolean {
    const entry = decodeEntry(line, this.header.heapSpaces ?? []);
    if (entry) this.add(entry);
    return entry !== null;
  }

  add(entry: RecordingEntry): void {
    const at = this.header.startedAt + entry.atMs;
    this.lastSeenAt = Math.max(this.lastSeenAt, at);
    switch (entry.type) {
      case 'sample':
        return this.addSample(at, entry);
      case 'gc':
        return this.addCollection(at, entry);
      case 'snapshot':
        return this.addSnapshot(at, entry);
      case 'routes':
        return this.addRoutes(entry);
      case 'profile':
        this.profiles.set(entry.requestId, entry);
        if (entry.status === 'started') this.profileStarts.set(entry.requestId, entry.atMs);
        return this.addMarker(at, 'profile', profileText(entry));
      case 'stall':
        return this.addStall(at, entry);
      case 'listening':
        this.listening = `${entry.address}:${entry.port}`;
        return this.addMarker(at, 'listening', `Listening on ${this.listening}`);
      case 'mark':
        return this.addMarker(at, 'mark', entry.name);
      case 'notice':
        return this.addMarker(at, 'notice', noticeText(entry));
      case 'end':
        this.exitCode = entry.exitCode;
        return this.addMarker(at, 'end', `Ended with exit code ${entry.exitCode}`);
    }
  }

  private addSnapshot(at: number, snapshot: SnapshotTaken): void {
    this.snapshots.push(snapshot);
    const { status, file } = snapshot;
    const kind = status === 'written' ? 'snapshot' : 'trigger';
    this.markers.push({ at, kind, text: snapshotText(snapshot), ...(typeof file === 'string' && { file }) });
  }

  private addStall(at: number, written: Stall): void {
    if (this.stalls.size >= MAX_STALLS) return;
    const stall = checkedStall(written);
    if (!this.stalls.has(stall.atMs)) this.addMarker(at, 'stall', stallText(stall));
    this.stalls.set(stall.atMs, stall);
  }

  private addMarker(at: number, kind: Marker['kind'], text: string): void {
    this.markers.push({ at, kind, text });
  }

  private addSample(at: number, sample: Sample): void {
    const windowMs = this.sampleCount > 0 ? at - this.sampledAt.at(this.sampleCount - 1) : sample.atMs;
    if (windowMs < 0) return; // a clock that went backwards cannot be drawn
    const cpuUser = percentOf(sample.cpuUserMs, windowMs);
    const cpuSystem = percentOf(sample.cpuSystemMs, windowMs);
    this.put('heapUsed', sample.heapUsedBytes);
    this.put('heapTotal', sample.heapTotalBytes);
    this.put('rss', sample.rssBytes);
    this.put('external', sample.externalBytes);
    this.put('arrayBuffers', sample.arrayBuffersBytes);
    this.put('loopP50', sample.loopDelayP50Ms);
    this.put('loopP99', sample.loopDelayP99Ms);
    this.put('loopMax', sample.loopDelayMaxMs);
    this.put('utilization', sample.loopUtilization * 100);
    this.put('cpuUser', cpuUser);
    this.put('cpuSystem', cpuSystem);
    if (sample.requests) this.putRequests(sample.requests, windowMs);
    for (const space in sample.heapSpaceBytes) this.put(`space:${space}`, sample.heapSpaceBytes[space]);
    for (const type in sample.activeResources) this.put(`resource:${type}`, sample.activeResources[type]);
    if (sample.openFiles !== undefined) this.put('resource:open files', sample.openFiles);
    this.sampledAt.push(at);
    this.padAbsent();
    this.latest = {
      rssBytes: sample.rssBytes,
      heapUsedBytes: sample.heapUsedBytes,
      loopDelayP99Ms: sample.loopDelayP99Ms,
      loopUtilization: sample.loopUtilization,
      cpuPercent: Number.isFinite(cpuUser + cpuSystem) ? cpuUser + cpuSystem : null,
    };
  }

  private putRequests(figures: RequestFigures, windowMs: number): void {
    const perSecond = (count: number) => (windowMs > 0 ? (1000 * count) / windowMs : Number.NaN);
    this.put('requests', perSecond(figures.count));
    this.put('requestErrors', perSecond(figures.errors));
    this.put('latencyP50', figures.latencyP50Ms);
    this.put('latencyP99', figures.latencyP99Ms);
    this.put('latencyMax', figures.latencyMaxMs);
  }

  private addRoutes({ routes }: Routes): void {
    for (const { route, count, errors = 0, latencyP99Ms = 0, latencyMaxMs = 0 } of routes) {
      const known = this.routes.get(route);
      if (!known && this.routes.size >= MAX_ROUTES) continue;
      this.routes.set(route, {
        route,
        count: count + (known?.count ?? 0),
        errors: errors + (known?.errors ?? 0),
        latencyP99Ms: Math.max(latencyP99Ms, known?.latencyP99Ms ?? 0),
        latencyMaxMs: Math.max(latencyMaxMs, known?.latencyMaxMs ?? 0),
      });
    }
  }

  private addCollection(at: number, collection: Collection): void {
    const pauses = this.series.get(`gc:${collection.kind}`);
    if (!pauses) return;
    pauses.at.push(at);
    pauses.values.push(collection.pauseMs);
    if (collection.kind === 'major') this.majorCollections += collection.count ?? 1;
    if (collection.heapUsedAfterBytes === undefined) return;
    const floor = this.series.get('floor')!;
    floor.at.push(at);
    floor.values.push(collection.heapUsedAfterBytes);
  }

  private put(name: SeriesName, value: number): void {
    let series = this.series.get(name);
    if (!series) {
      series = { at: this.sampledAt, values: new Column() };
      series.values.padTo(this.sampleCount, absentValue(name));
      this.series.set(name, series);
    }
    series.values.push(value);
  }

  /** A resource type or heap space that a sample does not name has gone to zero. */
  private padAbsent(): void {
    for (const [name, series] of this.series)
      if (series.at === this.sampledAt) series.values.padTo(this.sampleCount, absentValue(name));
  }
}

function absentValue(name: SeriesName): number {
  return /^(resource:|space:|requests$|requestErrors$)/.test(name) ? 0 : Number.NaN;
}

function percentOf(partMs: number, wholeMs: number): number {
  return wholeMs > 0 ? (100 * partMs) / wholeMs : Number.NaN;
}

function profileText({ kind, status, detail }: ProfileTaken): string {
  const name = kind === 'cpu' ? 'CPU profile' : 'Heap profile';
  return `${name} ${status}${detail === undefined ? '' : `: ${detail}`}`;
}

function noticeText({ code, message }: Notice): string {
  return code === 'snapshot-removed' ? `${message} made room for a newer snapshot` : message;
}

function snapshotText(snapshot: SnapshotTaken): string {
  if (snapshot.status === 'written') return `Snapshot ${snapshot.sequence} (${snapshot.reason})`;
  return `Snapshot ${snapshot.sequence} ${snapshot.status}: ${snapshot.detail ?? 'no reason given'}`;
}
