import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RECORDING_SUFFIX, SNAPSHOT_SUFFIX } from '../agent/recording.ts';
import type { RunFile } from '../agent/recording.ts';
import { REPORT_VERSION } from '../analyzer/report.ts';
import type { Report } from '../analyzer/report.ts';
import type { ProcessOverview, RunOverview } from './api.ts';
import type { ProcessSeries } from './process-series.ts';
import { WatchedProcess, overviewOf } from './watched-process.ts';

const RECORDING_NAME = /^(\d+-\d+)\.recording\.jsonl$/;
/** A run that ended longer ago than this without a report will not get one by itself. */
const ANALYSIS_MS = 15 * 60_000;

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
  private readonly snapshots: readonly string[];
  private run: RunFile | null = null;
  private reportText = '';
  private runText = '';
  private folderProblem: string | null = null;
  private reportProblem: string | null = null;
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
      status: this.status(processes),
      name:
        this.folder === null
          ? this.snapshots.map((path) => basename(path)).join(', ')
          : basename(this.folder),
      command: this.run?.command ?? [],
      startedAt: this.run?.startedAt ?? processes[0]?.startedAt ?? null,
      endedAt: this.run?.endedAt ?? null,
      processes,
      report: this.report,
      problems: this.problems(),
    };
  }

  /** Where the observed processes ran, most of them in the same place. */
  workingFolders(): string[] {
    const headers = [...this.processes.values()].map(({ series }) => series?.header.cwd);
    return [...new Set(headers.filter((cwd) => typeof cwd === 'string'))];
  }

  /** Those whose header has been read, by their id. */
  recordedProcesses(): ReadonlyMap<string, ProcessSeries> {
    const known = [...this.processes].flatMap(([id, { series }]) => (series ? [[id, series] as const] : []));
    return new Map(known);
  }

  async snapshotPaths(): Promise<ReadonlyMap<string, string>> {
    const { folder } = this;
    const names = folder === null ? [] : await readdir(folder).catch(() => []);
    const inFolder = names.filter((name) => name.endsWith(SNAPSHOT_SUFFIX));
    return new Map([
      ...inFolder.map((name) => [name, join(folder!, name)] as const),
      ...this.snapshots.map((path) => [path, resolve(path)] as const),
    ]);
  }

  /** Whether ids mean the same object in all snapshots, as far as the report tells. */
  sameLineage(): boolean {
    return this.report?.comparability.kind === 'same-lineage';
  }

  private status(processes: readonly ProcessOverview[]): RunOverview['status'] {
    if (!this.read && (!this.live || processes.length > 0)) return 'reading';
    if (this.report || !this.live) return 'finished';
    const { endedAt = null } = this.run ?? {};
    if (endedAt !== null) return Date.now() - endedAt < ANALYSIS_MS ? 'analyzing' : 'finished';
    if (processes.length === 0) return 'waiting';
    return processes.some((process) => process.state === 'running') ? 'recording' : 'analyzing';
  }

  private problems(): string[] {
    const problems = [this.folderProblem, this.reportProblem].filter((problem) => problem !== null);
    for (const { file, damagedLines, gone } of this.processes.values()) {
      if (damagedLines === 1) problems.push(`One line of ${file} is damaged and was passed over.`);
      if (damagedLines > 1)
        problems.push(`${damagedLines} lines of ${file} are damaged and were passed over.`);
      if (gone) problems.push(`${file} is gone; what had been read of it is shown.`);
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

async function readSmallFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    return size > MAX_REPORT_BYTES ? '' : await readFile(path, 'utf8');
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
