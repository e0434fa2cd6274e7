import { expect, test } from 'vitest';
import { applicationThreads, largestThreads } from '../../cli/run/subjects.ts';
import type { Candidate } from '../../cli/run/subjects.ts';

const LEAKWATCH = 1;

/** `npm 10<1 app 11<10:3000` are a process 10 started by 1, and one started by that which listens on 3000. */
function threads(text: string): (Candidate & { readonly name: string })[] {
  return [...text.matchAll(/(\S+) (\d+)<(\d+)(?::(\d+))?(?: (\d+)MB)?/g)].map(
    ([, name, pid, ppid, port, size]) => ({
      name,
      pid: Number(pid),
      ppid: Number(ppid),
      port: port === undefined ? null : Number(port),
      heapUsedBytes: Number(size ?? 0),
    }),
  );
}

test.each([
  ['a program that listens', `app 10<${LEAKWATCH}:3000`, 'app'],
  ['one that does not', `app 10<${LEAKWATCH}`, 'app'],
  ['one that npm starts', `npm 10<${LEAKWATCH} app 11<10`, 'app'],
  ['one that npm starts through a shell, and that listens', `npm 10<${LEAKWATCH} app 12<11:3000`, 'app'],
  ['its helper processes', `app 10<${LEAKWATCH}:3000 helper 11<10`, 'app'],
  ['a cluster', `primary 10<${LEAKWATCH}:80 w1 11<10:80 w2 12<10:80`, 'primary w1 w2'],
  ['its worker threads', `app 10<${LEAKWATCH}:3000 thread 10<${LEAKWATCH}`, 'app thread'],
  ['a worker thread that listens', `app 10<${LEAKWATCH} thread 10<${LEAKWATCH}:3000`, 'app thread'],
  ['nothing yet', '', ''],
])('%s', (_, running, expected) => {
  const names = applicationThreads(threads(running)).map(({ name }) => name);
  expect(names.join(' ')).toBe(expected);
});

test('of many threads those with the largest heaps are looked at', () => {
  const names = largestThreads(threads('a 10<1 5MB b 10<1 9MB c 10<1 1MB d 10<1 7MB'), 2).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['b', 'd']);
});
