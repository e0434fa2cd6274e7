/**
 * Imported first, and by index.ts alone: V8's account of the collections that happen while the agent's own modules are
 * loaded, before anything of it can observe.
 */
import { GCProfiler } from 'node:v8';

import { LOADING } from './loading-account.ts';

const account = new GCProfiler();
account.start();
Object.defineProperty(globalThis, LOADING, { value: account, configurable: true, enumerable: false });

export { takeLoadingAccount } from './loading-account.ts';
