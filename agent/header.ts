import cluster from 'node:cluster';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { isMainThread, threadId } from 'node:worker_threads';

import { applicationEnvironment } from './environment.ts';
import { freeMemory } from './free-memory.ts';
import type { AgentOptions } from './options.ts';
import { RECORDING_VERSION, type RecordingHeader } from './recording.ts';
import { AGENT_VERSION } from './version.ts';

/** Who is observed, and on what. */
export function describeProcess(options: AgentOptions, startedAt: number): RecordingHeader {
  return {
    type: 'header',
    version: RECORDING_VERSION,
    agentVersion: AGENT_VERSION,
    pid: process.pid,
    ppid: process.ppid,
    threadId,
    role: role(),
    script: script(),
    cwd: process.cwd(),
    nodeVersion: process.version,
    v8Version: process.versions.v8,
    platform: process.platform,
    arch: process.arch,
    startedAt,
    sampleIntervalMs: options.intervalMs,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    memoryLimitBytes: freeMemory(options.memoryLimitBytes).memoryLimitBytes,
    heapSpaces: getHeapSpaceStatistics().map((space) => space.space_name),
  };
}

/** PM2 starts a script of its own, which loads the application's. */
function script(): string {
  const [, started = ''] = process.argv;
  const isPm2 = /[/\\]pm2[/\\]lib[/\\]ProcessContainer\w*\.js$/.test(started);
  return (isPm2 ? applicationEnvironment().pm_exec_path : undefined) ?? started;
}

function role(): RecordingHeader['role'] {
  if (!isMainThread) return 'worker-thread';
  return cluster.isWorker ? 'cluster-worker' : 'main';
}
