import { parseJson } from './primordials.ts';

/** Name -> value; an application may have any. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment as the application will see it. In PM2's cluster mode that is JSON in one variable, and becomes the
 * environment only after preloads have run.
 */
export function applicationEnvironment(): Environment {
  const { pm2_env: packed } = process.env;
  return packed === undefined ? process.env : { ...process.env, ...unpacked(packed) };
}

function unpacked(text: string): Environment {
  try {
    const values = parseJson(text) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

/** Whether PM2 has started this process. */
export function isUnderPm2(): boolean {
  const { pm_id: id, pm2_env: packed } = process.env;
  return id !== undefined || packed !== undefined;
}
