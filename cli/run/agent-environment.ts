import { join } from 'node:path';

/** The agent's entry, which starts it on being loaded. Named, never imported: it would start in leakwatch itself. */
const AGENT_ENTRY = join(__dirname, '..', '..', 'agent', 'index.js');

// In a minute's run every second counts; the growth of a longer one shows in a sample a second.
const SHORT_RUN_MS = 60_000;

/**
 * The environment of an application under the agent: its NODE_OPTIONS with the agent in front, and what the agent
 * needs to know, as far as the user has not said otherwise. The snapshots are planned, so the agent takes none by itself.
 */
export function agentEnvironment({ env, runFolder, durationMs }: AgentRun): NodeJS.ProcessEnv {
  const load = `--require ${quoteNodeOption(AGENT_ENTRY)}`;
  const isShort = durationMs !== null && durationMs <= SHORT_RUN_MS;
  return {
    LEAKWATCH_SNAPSHOT_ON_GROWTH: '0',
    LEAKWATCH_SNAPSHOT_MODE: 'in-process', // their ids tell the same object in all of them
    ...(isShort && { LEAKWATCH_INTERVAL_MS: '500' }),
    ...env,
    NODE_OPTIONS: env.NODE_OPTIONS ? `${load} ${env.NODE_OPTIONS}` : load,
    LEAKWATCH_DIR: runFolder,
  };
}

/** What the agent's environment depends on. */
export interface AgentRun {
  readonly env: NodeJS.ProcessEnv;
  readonly runFolder: string;
  readonly durationMs: number | null;
}

/** The text as one word of NODE_OPTIONS, which splits at blanks and knows double quotes and the backslash in them. */
export function quoteNodeOption(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}
