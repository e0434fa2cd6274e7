import type { HeapAsk, HeapQuestions, SnapshotFile } from '../heap/questions.ts';

/** The snapshots of the run, behind the server. */
export interface HeapSource {
  snapshots(): Promise<readonly SnapshotFile[]>;
  /** Rejects with a sentence for the reader. */
  ask<Ask extends HeapAsk>(
    ask: Ask,
    file: string,
    parameters: HeapQuestions[Ask]['ask'],
  ): Promise<HeapQuestions[Ask]['answer']>;
  /** Stops whatever is being read. */
  cancel(): Promise<void>;
  /** Calls back with 0..1 while a snapshot is being read; the listener before is not called any more. */
  onProgress(listener: (share: number) => void): void;
}

export function heapSource(token: string, events: EventSource): HeapSource {
  const headers = { 'X-Leakwatch-Token': token };
  let told: ((share: number) => void) | null = null;
  events.addEventListener('heap', ({ data }: MessageEvent<string>) => {
    told?.((JSON.parse(data) as { share: number }).share);
  });
  const get = async <Body>(path: string): Promise<Body> => {
    const response = await fetch(`api/heap/${path}`, { headers });
    const body = (await response.json()) as Body & { readonly error?: string };
    if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}.`);
    return body;
  };
  return {
    snapshots: () => get('snapshots'),
    ask(ask, file, parameters) {
      const query = new URLSearchParams({ file });
      for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
      return get(`${ask}?${query}`);
    },
    async cancel() {
      await fetch('api/heap/cancel', { method: 'POST', headers });
    },
    onProgress: (listener) => void (told = listener),
  };
}
