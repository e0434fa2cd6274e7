/** Starts the agent: `node --require leakwatch/agent`, `--import leakwatch/agent`, or either in NODE_OPTIONS. */
import { startAgent } from './agent.ts';

startAgent();
