/** A process of its own for the heap: what it needs in memory and time is not the server's. Ends with its parent. */
import { HeapSession } from './heap-session.ts';
import type { HeapFiles } from './heap-session.ts';
import type { HeapAsk, HeapQuestions } from './questions.ts';

/** What the server sends: first the files, then questions. */
export type ToHeapProcess =
  | { readonly files: HeapFiles }
  | { readonly number: number; readonly ask: HeapAsk; readonly path: string; readonly parameters: unknown };

/** What comes back: the answer or the fault of a question, and how far a long reading is. */
export type FromHeapProcess =
  | { readonly number: number; readonly answer: HeapQuestions[HeapAsk]['answer'] }
  | { readonly number: number; readonly fault: string }
  | { readonly progress: number };

const send = (message: FromHeapProcess) => process.send?.(message);
let session: HeapSession | null = null;
let toldPercent = -1;

process.on('message', (message: ToHeapProcess) => {
  if ('files' in message) session = new HeapSession(message.files, tellProgress);
  else void answer(message);
});
process.on('disconnect', () => process.exit());

async function answer({
  number,
  ask,
  path,
  parameters,
}: Exclude<ToHeapProcess, { files: HeapFiles }>): Promise<void> {
  try {
    send({ number, answer: await session![ask](path, parameters as never) });
  } catch (error) {
    send({ number, fault: error instanceof Error ? error.message : String(error) });
  }
}

/** A whole percent at a time. */
function tellProgress(share: number): void {
  const percent = Math.floor(share * 100);
  if (percent !== toldPercent) send({ progress: (toldPercent = percent) / 100 });
}
