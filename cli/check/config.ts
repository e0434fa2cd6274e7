/** leakwatch/config: what stands in a leakwatch.config file. */
import type { Budgets } from './check-report.ts';

/** What `leakwatch check` is to try, and what is allowed. */
export interface CheckConfig {
  /** Name -> what to try. */
  readonly scenarios: Readonly<Record<string, ScenarioConfig | (() => unknown)>>;
  /** For every scenario that has no own of that name. */
  readonly budgets?: Budgets;
  /** File of the problems that are known; default `leakwatch-baseline.json`. Relative to the config. */
  readonly baseline?: string;
  readonly artifacts?: ArtifactsConfig;
}

export type ScenarioConfig = FunctionScenario | ServiceScenario | SnapshotsScenario;

/** What is kept of scenarios that fail. */
export interface ArtifactsConfig {
  /** Default `.leakwatch/check`. Relative to the config. */
  readonly folder?: string;
  /** Of all together; default 500. What does not fit in is left out, snapshots first. */
  readonly maxMegabytes?: number;
}

/** A function that is called over and over, in a process of its own. */
export interface FunctionScenario {
  /** The function, or the module whose default export it is: `./checks/cart.js`, `./checks/cart.js#addToCart`. */
  readonly run: (() => unknown) | string;
  readonly budgets?: Budgets;
  /** Iterations before the heap is first measured. */
  readonly warmupIterations?: number;
  /** Rest before the heap is measured: `100ms`. */
  readonly settle?: string;
  /** How long it may take in all; default `2m`. */
  readonly timeout?: string;
}

/** An application under load. */
export interface ServiceScenario {
  /** The command, `node server.js`, or its words. */
  readonly start: string | readonly string[];
  /** Polled until it answers well, before the load begins: `http://localhost:$PORT/health`. Default: that it listens. */
  readonly ready?: string;
  /** A shell command that keeps it busy; `$PORT` is the port it listens on. */
  readonly load?: string;
  /** Rounds of load, with a snapshot between them; default 3, at least 3. */
  readonly rounds?: number;
  /** How long a round takes; default `20s`. */
  readonly round?: string;
  /** Work before the first snapshot; default `10s`. */
  readonly warmup?: string;
  /** Rest before the last snapshot; default `3s`. */
  readonly settle?: string;
  /** How long it may take to listen, and then to be ready; default `60s`. */
  readonly startTimeout?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Requests or jobs in all rounds together, if known: what leaks can then have a budget per iteration. */
  readonly iterations?: number;
  readonly budgets?: Budgets;
}

/** Heap snapshots of one process in any order, from any tool. */
export interface SnapshotsScenario {
  readonly snapshots: readonly string[];
  /** Requests or jobs between the first and the last snapshot. */
  readonly iterations?: number;
  readonly budgets?: Budgets;
}

/** Gives a config its type. */
export const defineConfig = (config: CheckConfig): CheckConfig => config;
