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
  const usedBytes = (assumedLimitBytes === null ? containerUsage() : null) ?? memoryUsage.rss();
  return { availableBytes: Math.min(machineBytes, memoryLimitBytes - usedBytes), memoryLimitBytes };
}

/** Without a limit libuv answers 0 or a number far beyond the machine's memory, depending on the kernel's version of cgroups. */
function containerLimit(): number | null {
  const limitBytes = constrainedMemory();
  return limitBytes > 0 && limitBytes < totalmem() ? limitBytes : null;
}

/** The text of a file; empty where there is none. */
type Read = (file: string) => string;

/** A cgroup's folder, and what that version of cgroups calls its files. */
interface Cgroup {
  readonly folder: string;
  readonly usage: string;
  /** Of memory.stat: file cache that the kernel gives back when pressed. */
  readonly cache: string;
}

const V2 = { mount: '/sys/fs/cgroup', usage: 'memory.current', cache: 'inactive_file' };
const V1 = { mount: '/sys/fs/cgroup/memory', usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' };

/**
 * Where the process's cgroup may be: below the mount where the kernel says, as on a machine or in a service with a limit,
 * or at the mount itself, which a container sees as its own.
 */
function cgroups(read: Read): readonly Cgroup[] {
  const lines = read('/proc/self/cgroup').split('\n');
  const pathBy = (pattern: RegExp) => lines.map((line) => pattern.exec(line)?.[1]).find(Boolean) ?? '/';
  return [
    { ...V2, path: pathBy(/^0::(.+)$/) },
    { ...V1, path: pathBy(/^\d+:(?:[^:]+,)?memory(?:,[^:]+)?:(.+)$/) },
  ].flatMap(({ mount, path, ...files }) =>
    [...new Set([`${mount}${path === '/' ? '' : path}`, mount])].map((folder) => ({ folder, ...files })),
  );
}

/** What all processes of the container use, without the file cache that the kernel gives back; null when it is not told. */
export function containerUsage(read: Read = textOf): number | null {
  for (const { folder, usage, cache } of cgroups(read)) {
    const usedBytes = Number(read(`${folder}/${usage}`));
    if (usedBytes > 0) return usedBytes - statistic(read(`${folder}/memory.stat`), cache);
  }
  return null;
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
export function diesAsGroup(read: Read = textOf): boolean {
  return cgroups(read).some(({ folder }) => read(`${folder}/memory.oom.group`).trim() === '1');
}
