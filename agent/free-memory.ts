/** How much memory the process may still take, and whose limit that is. */
import { freemem, totalmem } from 'node:os';

import { readFileSync } from './primordials.ts';

export interface FreeMemory {
  readonly availableBytes: number;
  /** The container's limit; null where there is none. */
  readonly memoryLimitBytes: number | null;
}

const { constrainedMemory, memoryUsage } = process;

/**
 * The lesser of what the machine and what the container has left.
 * @param assumedLimitBytes a container's limit to assume instead of the kernel's
 */
export function freeMemory(assumedLimitBytes: number | null): FreeMemory {
  const machineBytes = freemem();
  const memoryLimitBytes = assumedLimitBytes ?? containerLimit();
  if (memoryLimitBytes === null) return { availableBytes: machineBytes, memoryLimitBytes };
  const usedBytes = assumedLimitBytes === null ? containerUsage() : memoryUsage.rss();
  return { availableBytes: Math.min(machineBytes, memoryLimitBytes - usedBytes), memoryLimitBytes };
}

/** Without a limit libuv answers 0 or a number far beyond the machine's memory, depending on the kernel's version of cgroups. */
function containerLimit(): number | null {
  const limitBytes = constrainedMemory();
  return limitBytes > 0 && limitBytes < totalmem() ? limitBytes : null;
}

/** Each cgroup version's own files, as they are mounted inside a container. */
const CGROUP_FILES = [
  { usage: '/sys/fs/cgroup/memory.current', stat: '/sys/fs/cgroup/memory.stat', cache: 'inactive_file' },
  {
    usage: '/sys/fs/cgroup/memory/memory.usage_in_bytes',
    stat: '/sys/fs/cgroup/memory/memory.stat',
    cache: 'total_inactive_file',
  },
] as const;

/** What all processes of the container use, without the file cache that the kernel gives back when pressed. */
function containerUsage(): number {
  for (const { usage, stat, cache } of CGROUP_FILES) {
    const usedBytes = Number(textOf(usage));
    if (usedBytes > 0) return usedBytes - statistic(textOf(stat), cache);
  }
  return memoryUsage.rss();
}

function statistic(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether the kernel, when the container's memory runs out, kills all of its processes at once (cgroup v2 alone knows that). */
export function diesAsGroup(): boolean {
  return textOf('/sys/fs/cgroup/memory.oom.group').trim() === '1';
}
