/** Loads the agent into the threads of a process through its inspector. */
import { join } from 'node:path';
import type { Attachment } from '../../agent/attached.ts';
import type { AgentOptions } from '../../agent/options.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import type { InspectorClient } from './inspector-client.ts';

/** What is loaded. Named, never imported: it is for another process. */
const ATTACHED = join(__dirname, '..', '..', 'agent', 'attached.js');

export interface AttachOrder {
  readonly options: AgentOptions;
  readonly leaseFile: string;
}

/**
 * Starts the agent in the main thread and in every worker thread there is.
 * @returns how many threads it was started in
 * @throws LeakwatchError NO_ATTACH when it could not be started in the main thread, or runs there already
 */
export async function loadAgent(client: InspectorClient, order: AttachOrder): Promise<number> {
  const expression = programOf(order);
  const workers = await workerSessions(client);
  const inMain = await attachIn(client, expression);
  if (inMain.status === 'runs-already') {
    throw new LeakwatchError(
      'NO_ATTACH',
      `The agent runs there already and records into ${inMain.runFolder}.`,
    );
  }
  if (inMain.status === 'failed') {
    throw new LeakwatchError(
      'NO_ATTACH',
      'The agent could not start there; the application’s stderr says why.',
    );
  }
  const inWorkers = await Promise.all(workers.map((worker) => attachIn(worker, expression)));
  await client.send('NodeWorker.disable');
  return 1 + inWorkers.filter(({ status }) => status === 'attached').length;
}

/** A program that the application's code cannot see, and whose value is an {@link Attachment} as JSON. */
function programOf({ options, leaseFile }: AttachOrder): string {
  const given = [options, leaseFile].map((value) => JSON.stringify(value)).join(', ');
  const file = JSON.stringify(ATTACHED);
  return `JSON.stringify((process.getBuiltinModule ?? require)('module').createRequire(${file})(${file}).attach(${given}))`;
}

type Session = Pick<InspectorClient, 'send'>;

async function attachIn(session: Session, expression: string): Promise<Attachment> {
  const { result, exceptionDetails } = (await session.send('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true, // `require`, for Node 20 before 20.16
    returnByValue: true,
  })) as Evaluation;
  if (exceptionDetails === undefined) return JSON.parse(result.value ?? '') as Attachment;
  const [sentence] = (exceptionDetails.exception?.description ?? exceptionDetails.text).split('\n');
  throw new LeakwatchError('NO_ATTACH', `The agent cannot be loaded there: ${sentence}.`);
}

interface Evaluation {
  readonly result: { readonly value?: string };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

/** A session with each worker thread that runs, through that with the main thread. */
async function workerSessions(client: InspectorClient): Promise<readonly Session[]> {
  const sessionIds: string[] = [];
  const answers = new Map<string, (message: WorkerAnswer) => void>();
  client.on('NodeWorker.attachedToWorker', (event) => {
    const { sessionId, workerInfo } = event as WorkerAttached;
    if (!workerInfo.title.endsWith(OWN_THREAD)) sessionIds.push(sessionId);
  });
  client.on('NodeWorker.receivedMessageFromWorker', (event) => {
    const { sessionId, message } = event as { readonly sessionId: string; readonly message: string };
    const answer = JSON.parse(message) as WorkerAnswer;
    if (answer.id !== undefined) answers.get(`${sessionId} ${answer.id}`)?.(answer);
  });
  await client.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return sessionIds.map((sessionId) => ({
    async send(method, parameters = {}) {
      const answer = new Promise<WorkerAnswer>((resolve) => void answers.set(`${sessionId} 1`, resolve));
      const message = JSON.stringify({ id: 1, method, params: parameters });
      await client.send('NodeWorker.sendMessageToWorker', { sessionId, message });
      return (await answer).result;
    },
  }));
}

// An agent that runs there already has a thread that watches over the event loop.
const OWN_THREAD = 'leakwatch';

interface WorkerAttached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string };
}

interface WorkerAnswer {
  readonly id?: number;
  readonly result?: unknown;
}
