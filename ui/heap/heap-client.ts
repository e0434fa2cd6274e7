import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { FromHeapProcess, ToHeapProcess } from './heap-process.ts';
import type { HeapFiles } from './heap-session.ts';
import type { HeapAsk, HeapQuestions } from './questions.ts';

const DIED =
  'The process that reads the snapshot ended unexpectedly; the snapshot may be too large for the memory of this machine.';

interface Waiting {
  resolve(answer: never): void;
  reject(reason: Error): void;
}

/** The heap process as the server sees it: started by the first question, gone when cancelled. */
export class HeapClient {
  private readonly onProgress: (share: number) => void;
  private readonly module: string;
  private child: ChildProcess | null = null;
  private files = '';
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** @param module the compiled heap process, when it is not beside this module */
  constructor(onProgress: (share: number) => void, module: string = join(__dirname, 'heap-process.js')) {
    this.onProgress = onProgress;
    this.module = module;
  }

  /** Rejects with a sentence for the user when the file is damaged, the object does not exist, or all was cancelled. */
  ask<Ask extends HeapAsk>(
    files: HeapFiles,
    question: { readonly ask: Ask; readonly path: string; readonly parameters: HeapQuestions[Ask]['ask'] },
  ): Promise<HeapQuestions[Ask]['answer']> {
    const child = this.childFor(files);
    const number = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      const message: ToHeapProcess = { number, ...question };
      child.send(message);
    });
  }

  /** Ends the process, and with it what it is doing and what it holds in memory. */
  cancel(): void {
    this.end('The work on the snapshot was stopped.');
  }

  private end(why: string): void {
    this.child?.kill('SIGKILL');
    this.child = null;
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }

  /** The running process, or a new one when the files have changed. */
  private childFor(files: HeapFiles): ChildProcess {
    const key = JSON.stringify(files);
    if (this.child && this.files === key) return this.child;
    this.cancel();
    this.files = key;
    const child = fork(this.module, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (message: FromHeapProcess) => this.take(message));
    child.on('exit', () => this.child === child && this.end(DIED));
    child.on('error', () => this.child === child && this.end(DIED));
    child.send({ files } satisfies ToHeapProcess);
    this.child = child;
    return child;
  }

  private take(message: FromHeapProcess): void {
    if ('progress' in message) return this.onProgress(message.progress);
    const waiting = this.waiting.get(message.number);
    this.waiting.delete(message.number);
    if ('answer' in message) waiting?.resolve(message.answer as never);
    else waiting?.reject(new Error(message.fault));
  }
}
