import type { SnapshotTaken } from '../../agent/recording.ts';
import { bytesText, countText } from '../../analyzer/render/units.ts';
import { formatDuration } from '../duration.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ObservedProcess } from './observed-process.ts';

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

  /** Null when the application ended before it had answered. */
  snapshotEnded(taken: SnapshotTaken | null): void {
    this.doing = 'recording';
    if (taken) this.terminal.note(this.snapshotLine(taken));
    this.draw();
  }

  settling(durationMs: number): void {
    this.doing = 'settling';
    this.terminal.note(`the work is done; the application rests for ${formatDuration(durationMs)}`);
    this.draw();
  }

  measure(subject: ObservedProcess | undefined): void {
    const sample = subject?.latest;
    if (sample)
      this.measured = `heap ${bytesText(sample.heapUsedBytes)}  rss ${bytesText(sample.rssBytes)}  loop p99 ${Math.round(sample.loopDelayP99Ms)} ms`;
    this.draw();
  }

  private snapshotLine({ status, fileBytes, pauseMs, detail }: SnapshotTaken): string {
    if (status !== 'written')
      return this.terminal.err.colors.yellow(`snapshot ${status}: ${detail ?? 'no reason given'}`);
    this.snapshots += 1;
    const pause = pauseMs === undefined ? '' : `, the application stood still for ${formatDuration(pauseMs)}`;
    return `snapshot ${this.snapshots}: ${bytesText(fileBytes ?? 0)}${pause}`;
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
