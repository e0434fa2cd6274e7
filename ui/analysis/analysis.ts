import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Report } from '../../analyzer/report.ts';
import type { AnalysisState } from '../api.ts';
import type { FromAnalysis, ToAnalysis } from './analysis-process.ts';

const DIED =
  'The process that judges the snapshots ended unexpectedly; they may be too large for the memory of this machine.';

const IDLE: AnalysisState = { isRunning: false, share: 0, fault: null };

/** The judging of snapshots in a process of its own: one at a time, and stopped when it is no longer wanted. */
export class Analysis {
  state: AnalysisState = IDLE;
  private readonly onChange: () => void;
  private readonly module: string;
  private child: ChildProcess | null = null;

  /**
   * @param onChange called whenever {@link state} is another
   * @param module the compiled process, when it is not beside this module
   */
  constructor(onChange: () => void, module: string = join(__dirname, 'analysis-process.js')) {
    this.onChange = onChange;
    this.module = module;
  }

  /** Begins; false when one goes on already. */
  start(work: ToAnalysis, onReport: (report: Report) => void): boolean {
    if (this.child) return false;
    const child = fork(this.module, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.child = child;
    this.become({ isRunning: true, share: 0, fault: null });
    child.on('message', (message: FromAnalysis) => this.child === child && this.take(message, onReport));
    child.on('exit', () => this.child === child && this.end(DIED));
    child.on('error', () => this.child === child && this.end(DIED));
    child.send(work);
    return true;
  }

  /** Ends the process, and with it what it is doing. */
  cancel(): void {
    if (this.child) this.end(null);
  }

  private take(message: FromAnalysis, onReport: (report: Report) => void): void {
    if ('share' in message) {
      const share = Math.floor(message.share * 100) / 100;
      if (share !== this.state.share) this.become({ isRunning: true, share, fault: null });
      return;
    }
    if ('report' in message) onReport(message.report);
    this.end('fault' in message ? message.fault : null);
  }

  private end(fault: string | null): void {
    this.child?.kill('SIGKILL');
    this.child = null;
    this.become({ ...IDLE, fault });
  }

  private become(state: AnalysisState): void {
    this.state = state;
    this.onChange();
  }
}
