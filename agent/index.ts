/** Starts the agent: `node --require leakwatch/agent`, `--import leakwatch/agent`, or either in NODE_OPTIONS. */
import { takeLoadingAccount } from './loading.ts';
import { startAgent } from './agent.ts';

startAgent();
// Where nothing was started, nobody took it.
takeLoadingAccount();
