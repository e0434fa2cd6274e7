import type { GCProfiler } from 'node:v8';

export const LOADING = Symbol.for('leakwatch.loading');

/** What V8 counted while the agent was loaded, once; undefined when it was loaded by the application. */
export function takeLoadingAccount(): ReturnType<GCProfiler['stop']> | undefined {
  const held = globalThis as { [LOADING]?: GCProfiler };
  const account = held[LOADING]?.stop();
  Reflect.deleteProperty(globalThis, LOADING);
  return account;
}
