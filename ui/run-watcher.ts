import { readdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { PACKED_SUFFIXES, PROFILE_SUFFIXES, RECORDING_SUFFIX, SNAPSHOT_SUFFIX } from '../agent/recording.ts';
import type { RunFile } from '../agent/recording.ts';
import { readText } from '../analyzer/open-file.ts';
import { REPORT_VERSION } from '../analyzer/report.ts';
import type { Report } from '../analyzer/report.ts';
import type { ToAnalysis } from './analysis/analysis-process.ts';
import type { AnalysisState, ProcessOverview, RunOverview } from './api.ts';
import { captureKind } from './captures.ts';
import type { ProcessSeries } from './process-series.ts';
import { foldersOfCode } from './source-excerpt.ts';
import { WatchedProcess, overviewOf } from './watched-process.ts';

const RECORDING_NAME = /^(\d+-\d+)\.recording\.jsonl$/;
/** A run that ended longer ago than this without a report will not get one by itself. */
const ANALYSIS_MS = 15 * 60_000;

const CAPTURE_SUFFIXES = [
  SNAPSHOT_SUFFIX,
  ...Object.values(PACKED_SUFFIXES).map((packed) => `${SNAPSHOT_SUFFIX}${packed}`),
  ...Object.values(PROFILE_SUFFIXES),
];

const MAX_REPORT_BYTES = 64 << 20;

/** What there is to show: a run folder, or snapshot files from anywhere with the report on them. */
export interface RunMaterial {
  /** Null when there are only snapshots. */
  readonly folder: string | null;
  readonly snapshots: readonly string[];
  readonly report: Report | null;
}

/** A run folder, read again whenever {@link refresh} is called. Never throws for what it finds there. */
export class RunWatcher {
  readonly folder: string | null;
  readonly live: boolean;
  readonly processes = new Map<string, WatchedProcess>();
  report: Report | null = null;
  /** Tells how far the judging of the snapshots is. */
  analysis: AnalysisState = { isRunning: false, share: 0, fault: null };
  /** The verdict so far, of a run that still goes on. */
  private interim: Report | null = null;
  private readonly snapshots: readonly string[];
  private run: RunFile | null = null;
  private reportText = '';
  private runText = '';
  private folderProblem: string | null = null;
  private reportProblem: string | null = null;
  private hasSnapshots = false;
  private ownRevision = 0;
  private read = false;
  private stopped = false;

  constructor({ folder, snapshots, report }: RunMaterial, live: boolean) {
    this.folder = folder === null ? null : resolve(folder);
    this.snapshots = snapshots;
    this.report = report;
    this.live = live && folder !== null;
  }

  /** Changes whenever the overview or a series does. */
  get revision(): number {
    let revision = this.ownRevision;
    for (const process of this.processes.values()) revision += process.revision;
    return revision;
  }

  /** The verdict, or of a run that goes on the one so far. */
  get shownReport(): Report | null {
    return this.report ?? this.interim;
  }

  async refresh(): Promise<void> {
    if (this.folder !== null) await this.readFolder(this.folder);
    await this.readRecordings();
    if (!this.read) this.ownRevision++;
    this.read = true;
  }

  /** Lets a reading that goes on come to its end soon. */
  stop(): void {
    this.stopped = true;
  }

  overview(): RunOverview {
    const ended = !this.live || this.report !== null || (this.run?.endedAt ?? null) !== null;
    const processes = [...this.processes.values()]
      .map((process) => overviewOf(process, !ended))
      .filter((process) => process !== null)
      .toSorted((one, other) => one.startedAt - other.startedAt || one.threadId - other.threadId);
    return {
      revision: this.revision,
      status: this.status(processes),
      name:
        this.folder === null
          ? this.snapshots.map((path) => basename(path)).join(', ')
          : basename(this.folder),
      command: this.run?.command ?? [],
      startedAt: this.run?.startedAt ?? processes[0]?.startedAt ?? null,
      endedAt: this.run?.endedAt ?? null,
      processes,
      hasSnapshots: this.snapshots.length > 0 || this.hasSnapshots,
      report: this.shownReport,
      analysis: this.analysis,
      problems: this.problems(),
    };
  }

  /** Where the observed processes ran, most of them in the same place. */
  workingFolders(): string[] {
    return foldersOfCode([...this.recordedProcesses().values()].map(({ header }) => header));
  }

  /** Those whose header has been read, by their id. */
  recordedProcesses(): ReadonlyMap<string, ProcessSeries> {
    const known = [...this.processes].flatMap(([id, { series }]) => (series ? [[id, series] as const] : []));
    return new Map(known);
  }

  async snapshotPaths(): Promise<ReadonlyMap<string, string>> {
    return new Map([...(await this.capturePaths())].filter(([file]) => captureKind(file) === 'snapshot'));
  }

  async capturePaths(): Promise<ReadonlyMap<string, string>> {
    const { folder } = this;
    const names = folder === null ? [] : await readdir(folder).catch(() => []);
    const inFolder = names.filter(isCapture);
    return new Map([
      ...inFolder.map((name) => [name, join(folder!, name)] as const),
      ...this.snapshots.map((path) => [path, resolve(path)] as const),
    ]);
  }

  isOwn(file: string): boolean {
    return this.folder !== null && !this.snapshots.includes(file);
  }

  /** What there is to judge: the run, or else the snapshots; null when there is neither. */
  async materialForAnalysis(): Promise<ToAnalysis | null> {
    if (this.folder !== null && this.processes.size > 0) return { folder: this.folder };
    const snapshots = [...(await this.snapshotPaths()).values()];
    return snapshots.length > 0 ? { snapshots } : null;
  }

  /** Shows the report, and keeps it in the folder of a run that is over, for its owner alone. */
  keepReport(report: Report): void {
    this.ownRevision++;
    const { status } = this.overview();
    if (status === 'recording' || status === 'waiting') this.interim = report;
    else this.report = report;
    if (this.folder === null || this.interim === report) return;
    const file = join(this.folder, 'report.json');
    void writeFile(`${file}.draft`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
      .then(() => rename(`${file}.draft`, file))
      .catch(() => {}); // a folder that can't be written: the report is shown all the same
  }

  /** Takes over how far an analysis is. */
  follow(analysis: AnalysisState): void {
    this.analysis = analysis;
    this.ownRevision++;
  }

  /** Whether ids mean the same object in all snapshots, as far as the report tells. */
  sameLineage(): boolean {
    return this.shownReport?.comparability.kind === 'same-lineage';
  }

  reportedProcess(): string | null {
    const { process = null } = this.shownReport ?? {};
    return process && `${process.pid}-${process.threadId}`;
  }

  private status(processes: readonly ProcessOverview[]): RunOverview['status'] {
    if (!this.read && (!this.live || processes.length > 0)) return 'reading';
    if (this.analysis.isRunning && processes.every(({ state }) => state !== 'running')) return 'analyzing';
    if (this.report || !this.live) return 'finished';
    const { endedAt = null } = this.run ?? {};
    if (endedAt !== null) return Date.now() - endedAt < ANALYSIS_MS ? 'analyzing' : 'finished';
    if (processes.length === 0) return 'waiting';
    return processes.some((process) => process.state === 'running') ? 'recording' : 'analyzing';
  }

  private problems(): string[] {
    const problems = [this.folderProblem, this.reportProblem].filter((problem) => problem !== null);
    for (const { file, damagedLines, gone, series } of this.processes.values()) {
      if (damagedLines === 1) problems.push(`One line of ${file} is damaged and was passed over.`);
      if (damagedLines > 1)
        problems.push(`${damagedLines} lines of ${file} are damaged and were passed over.`);
      if (gone && series) problems.push(`${file} is gone; what had been read of it is shown.`);
      if (gone && !series) problems.push(`${file} cannot be read: it is gone, no file, or not yours.`);
    }
    return problems;
  }

  /** A block of each in turn, so that all appear early and the server answers in between. */
  private async readRecordings(): Promise<void> {
    let unread = [...this.processes.values()];
    while (unread.length > 0 && !this.stopped) {
      const longer: WatchedProcess[] = [];
      for (const process of unread) if (await process.refresh()) longer.push(process);
      unread = longer;
    }
  }

  private async readFolder(folder: string): Promise<void> {
    await this.findRecordings(folder);
    await this.readRunFile(folder);
    await this.readReport(folder);
  }

  private async findRecordings(folder: string): Promise<void> {
    let names: string[] = [];
    try {
      names = await readdir(folder);
      this.setFolderProblem(null);
    } catch (error) {
      this.setFolderProblem(`The run folder cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
    const hasSnapshots = names.some((name) => isCapture(name) && captureKind(name) === 'snapshot');
    if (hasSnapshots !== this.hasSnapshots) this.ownRevision++;
    this.hasSnapshots = hasSnapshots;
    for (const name of names) {
      const id = RECORDING_NAME.exec(name)?.[1];
      if (id !== undefined && !this.processes.has(id))
        this.processes.set(id, new WatchedProcess(id, join(folder, `${id}${RECORDING_SUFFIX}`), name));
    }
  }

  private setFolderProblem(problem: string | null): void {
    if (problem !== this.folderProblem) this.ownRevision++;
    this.folderProblem = problem;
  }

  private async readRunFile(folder: string): Promise<void> {
    const text = await readSmallFile(join(folder, 'run.json'));
    if (text === this.runText) return;
    this.runText = text;
    this.ownRevision++;
    const value = parseJson(text);
    this.run = isRunFile(value) ? value : null;
  }

  private async readReport(folder: string): Promise<void> {
    const text = await readSmallFile(join(folder, 'report.json'));
    if (text === this.reportText) return;
    this.reportText = text;
    this.ownRevision++;
    const value = parseJson(text);
    this.report = isReport(value) ? value : null;
    this.reportProblem =
      this.report || text === '' ? null : 'report.json is not a report this version can read.';
  }
}

function isCapture(name: string): boolean {
  return CAPTURE_SUFFIXES.some((suffix) => name.endsWith(suffix));
}

async function readSmallFile(path: string): Promise<string> {
  try {
    return (await readText(path, MAX_REPORT_BYTES)) ?? '';
  } catch {
    return '';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRunFile(value: unknown): value is RunFile {
  return typeof value === 'object' && value !== null && 'command' in value && Array.isArray(value.command);
}

function isReport(value: unknown): value is Report {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === REPORT_VERSION &&
    'findings' in value &&
    Array.isArray(value.findings)
  );
}
