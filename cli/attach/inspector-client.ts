/** Speaks the Chrome DevTools Protocol to a Node process. */
import { WebSocket } from 'ws';
import { LeakwatchError } from '../../analyzer/error.ts';

const ANSWER_MS = 30_000;

export interface InspectorClient {
  /** The answer's result. @throws LeakwatchError NO_ATTACH when the process refuses, or its event loop does not come round */
  send(method: string, parameters?: object): Promise<unknown>;
  /** Calls the listener at each event of this name. */
  on(method: string, listener: (parameters: unknown) => void): void;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** @param url the target's `webSocketDebuggerUrl` */
export async function connectInspector(url: string): Promise<InspectorClient> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const answers = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, (parameters: unknown) => void>();
  let nextId = 1;
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    if (message.id !== undefined) answers.get(message.id)?.(message);
    else listeners.get(message.method ?? '')?.(message.params);
  });
  return {
    send(method, parameters = {}) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const fail = (why: string) => reject(new LeakwatchError('NO_ATTACH', why));
        const timer = setTimeout(() => fail('It does not answer: its event loop is blocked.'), ANSWER_MS);
        answers.set(id, ({ result, error }) => {
          clearTimeout(timer);
          answers.delete(id);
          if (error === undefined) resolve(result);
          else fail(`Its inspector refuses: ${error.message}.`);
        });
        socket.send(JSON.stringify({ id, method, params: parameters }));
      });
    },
    on: (method, listener) => void listeners.set(method, listener),
    close() {
      return new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      });
    },
  };
}
