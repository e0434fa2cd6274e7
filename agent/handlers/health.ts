import type { Figures } from '../figures.ts';
import { stringify } from '../primordials.ts';
import { handlerOf, type Handler } from './handler.ts';

/** From where on a process is called failing. */
export interface HealthLimits {
  /** Of the latest window. */
  readonly maxLoopDelayMs: number;
  /** Of V8's heap limit, 0..1. */
  readonly maxHeapShare: number;
  /** Of the container's memory, 0..1. */
  readonly maxMemoryShare: number;
}

export interface HealthSource {
  readonly figures: Figures;
  readonly heapLimitBytes: number;
  /** The container's limit; null where there is none. */
  readonly memoryLimitBytes: number | null;
}

const DEFAULT_LIMITS: HealthLimits = { maxLoopDelayMs: 1000, maxHeapShare: 0.95, maxMemoryShare: 0.95 };

/** Answers 200 while the process is well, and 503 with the reasons when it is near a limit. */
export function healthHandler(source: HealthSource, limits: Partial<HealthLimits>): Handler {
  return handlerOf(() => {
    const reasons = reasonsToWorry(source, { ...DEFAULT_LIMITS, ...limits });
    const isWell = reasons.length === 0;
    const { latest, floorBytes } = source.figures;
    const health = {
      status: isWell ? 'ok' : 'failing',
      reasons,
      pid: process.pid,
      uptimeSeconds: Math.round(process.uptime()),
      heapUsedBytes: latest?.heapUsedBytes ?? null,
      heapFloorBytes: floorBytes,
      heapLimitBytes: source.heapLimitBytes,
      rssBytes: latest?.rssBytes ?? null,
      memoryLimitBytes: source.memoryLimitBytes,
      loopDelayMaxMs: latest?.loopDelayMaxMs ?? null,
      loopUtilization: latest?.loopUtilization ?? null,
    };
    return {
      status: isWell ? 200 : 503,
      contentType: 'application/json; charset=utf-8',
      body: `${stringify(health)}\n`,
    };
  });
}

/** One sentence for each limit that the latest sample is at. */
export function reasonsToWorry(source: HealthSource, limits: HealthLimits): string[] {
  const { latest } = source.figures;
  if (latest === null) return [];
  const { heapLimitBytes, memoryLimitBytes } = source;
  const reasons: string[] = [];
  if (latest.loopDelayMaxMs > limits.maxLoopDelayMs) {
    reasons.push(`the event loop came round ${Math.round(latest.loopDelayMaxMs)} ms late`);
  }
  if (latest.heapUsedBytes > limits.maxHeapShare * heapLimitBytes) {
    reasons.push(`the heap is at ${percent(latest.heapUsedBytes / heapLimitBytes)} of its limit`);
  }
  if (memoryLimitBytes !== null && latest.rssBytes > limits.maxMemoryShare * memoryLimitBytes) {
    reasons.push(`memory is at ${percent(latest.rssBytes / memoryLimitBytes)} of the container's limit`);
  }
  return reasons;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
