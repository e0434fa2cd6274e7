import { join } from 'node:path';

/** The agent's entry, which starts it on being loaded. Named, never imported: it would start in leakwatch itself. */
const AGENT_ENTRY = join(__dirname, '..', '..', 'agent', 'index.js');

/** `env` with the agent in front of what it already has in NODE_OPTIONS, recording into `runFolder`. */
export function agentEnvironment(env: NodeJS.ProcessEnv, runFolder: string): NodeJS.ProcessEnv {
  const load = `--require ${quoteNodeOption(AGENT_ENTRY)}`;
  return {
    ...env,
    NODE_OPTIONS: env.NODE_OPTIONS ? `${load} ${env.NODE_OPTIONS}` : load,
    LEAKWATCH_DIR: runFolder,
  };
}

/** The text as one word of NODE_OPTIONS, which splits at blanks and knows double quotes and the backslash in them. */
export function quoteNodeOption(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}
