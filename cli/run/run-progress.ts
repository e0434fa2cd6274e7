import type { SnapshotTaken } from '../../agent/recording.ts';
import { bytesText, countText } from '../../analyzer/render/units.ts';
import { formatDuration } from '../duration.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ObservedThread } from './observed-thread.ts';
import type { SnapshotAnswer } from './snapshot-answer.ts';
import { snapshotCosts } from './snapshot-costs.ts';

/** Tells a person what a run is doing: a line per step and, in a terminal, its present state below them. */
export class RunProgress {
  /** Snapshots written so far. */
  snapshots = 0;
  private readonly terminal: Terminal;
  private readonly startedAt = Date.now();
  private doing = 'starting';
  private measured = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  working({ port, load }: { readonly port: number | null; readonly load: string | null }): void {
    this.doing = load === null ? 'recording' : 'under load';
    if (port !== null) this.terminal.note(`the application listens on port ${port}; the load begins`);
    this.draw();
  }

  snapshotStarted(): void {
    this.doing = 'taking a snapshot';
    this.draw();
  }

  /** @param whose `of <pid>-<thread>` when there are several, else nothing */
  snapshotEnded(answer: SnapshotAnswer, whose: string): void {
    this.doing = 'recording';
    if (answer === 'silent')
      this.warn(`no snapshot${whose && ` ${whose}`}: its event loop is blocked, or it is gone`);
    else if (answer !== 'ended') this.tell(answer, whose);
    this.draw();
  }

  settling(durationMs: number): void {
    this.doing = 'settling';
    this.terminal.note(`the work is done; the application rests for ${formatDuration(durationMs)}`);
    this.draw();
  }

  measure(subject: ObservedThread | undefined): void {
    const sample = subject?.latest;
    if (sample)
      this.measured = `heap ${bytesText(sample.heapUsedBytes)}  rss ${bytesText(sample.rssBytes)}  loop p99 ${Math.round(sample.loopDelayP99Ms)} ms`;
    this.draw();
  }

  private tell(taken: SnapshotTaken, whose: string): void {
    const { status, detail, fileBytes = 0 } = taken;
    if (status !== 'written') return this.warn(`snapshot ${status}: ${detail ?? 'no reason given'}`);
    this.snapshots += 1;
    this.terminal.note(
      `snapshot ${this.snapshots}${whose && ` ${whose}`}: ${bytesText(fileBytes)}${snapshotCosts(taken)}`,
    );
  }

  private warn(text: string): void {
    this.terminal.note(this.terminal.err.colors.yellow(text));
  }

  private draw(): void {
    const elapsed = formatDuration(Date.now() - this.startedAt);
    this.terminal.status(
      [elapsed, this.doing, this.measured, countText(this.snapshots, 'snapshot')]
        .filter(Boolean)
        .join('  ·  '),
    );
  }
}
