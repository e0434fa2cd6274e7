import { describe, expect, test } from 'vitest';

import { containerUsage, diesAsGroup } from '../../agent/free-memory.ts';

/** A machine with these files and no others. */
const machine = (files: Readonly<Record<string, string>>) => (file: string) => files[file] ?? '';

const STAT = 'anon 500\ninactive_file 300\nactive_file 50\n';
const STAT_V1 = 'cache 900\ninactive_file 1\ntotal_inactive_file 400\n';

describe('what a container uses, without the file cache that the kernel gives back', () => {
  test.each<[string, Readonly<Record<string, string>>, number | null]>([
    [
      'cgroup v2, of which a container sees its own as the root',
      {
        '/proc/self/cgroup': '0::/\n',
        '/sys/fs/cgroup/memory.current': '1000\n',
        '/sys/fs/cgroup/memory.stat': STAT,
      },
      700,
    ],
    [
      'cgroup v2, of a service with a limit',
      {
        '/proc/self/cgroup': '0::/system.slice/shop.service\n',
        '/sys/fs/cgroup/system.slice/shop.service/memory.current': '2000\n',
        '/sys/fs/cgroup/system.slice/shop.service/memory.stat': STAT,
      },
      1700,
    ],
    [
      'cgroup v1, below the path on the machine',
      {
        '/proc/self/cgroup': '5:cpu,cpuacct:/a\n4:memory:/docker/1f\n0::/\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '90000\n',
        '/sys/fs/cgroup/memory/docker/1f/memory.usage_in_bytes': '1000\n',
        '/sys/fs/cgroup/memory/docker/1f/memory.stat': STAT_V1,
      },
      600,
    ],
    [
      'cgroup v1, in a container that is told the path of the machine',
      {
        '/proc/self/cgroup': '4:memory:/docker/1f\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1000\n',
        '/sys/fs/cgroup/memory/memory.stat': STAT_V1,
      },
      600,
    ],
    ['a machine that tells nothing', {}, null],
  ])('%s', (_, files, usedBytes) => {
    expect(containerUsage(machine(files))).toBe(usedBytes);
  });
});

test.each([
  ['/sys/fs/cgroup/memory.oom.group', '1\n', true],
  ['/sys/fs/cgroup/kubepods/pod7/memory.oom.group', '1\n', true],
  ['/sys/fs/cgroup/memory.oom.group', '0\n', false],
  ['/sys/fs/cgroup/other/memory.oom.group', '1\n', false],
])('with %s of %j a process dies together with its group: %j', (file, text, isTogether) => {
  const read = machine({ '/proc/self/cgroup': '0::/kubepods/pod7\n', [file]: text });
  expect(diesAsGroup(read)).toBe(isTogether);
});
