import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { ROOT } from '../helpers/leakwatch.ts';
import { sharedTemporaryFolder } from '../helpers/temporary-folder.ts';
import { CAN_FORK } from './native-part.ts';

const folder = sharedTemporaryFolder();
const WAITED = 240;
const FAULTED = 241;
const DONE = 3;

const isThere = (command: string) => spawnSync(command, ['--version']).error === undefined;

/** Builds the part that copies a process as a library, and a program that uses it. */
function built(compiler: string): string {
  const sources = ['copy.c', 'locks.c', 'ranges.c'].map((name) => join(ROOT, 'native', name));
  const library = join(folder, `${compiler}.so`);
  const program = join(folder, `${compiler}-host`);
  const flags = ['-std=gnu11', '-Wall', '-Werror', '-I', join(ROOT, 'native')];
  execFileSync(compiler, [...flags, '-shared', '-fPIC', '-O2', ...sources, '-o', library]);
  execFileSync(compiler, [...flags, '-pthread', join(__dirname, 'host.c'), library, '-o', program]);
  return program;
}

describe.runIf(CAN_FORK)('a copy by the C library of', () => {
  test.each([process.env.CC ?? 'cc', 'musl-gcc'].filter(isThere))(
    '%s has the memory, waits for nobody and reaches no file',
    (compiler) => {
      const program = built(compiler);
      const tried = (what: string) => execFileSync(program, [what], { encoding: 'utf8' }).trim();
      expect(
        Object.fromEntries(
          [
            'memory',
            'held mutex',
            'free mutex',
            'read lock',
            'write lock',
            'semaphore',
            'condition',
            'fault',
            'file',
          ].map((what) => [what, Number(tried(what))]),
        ),
      ).toEqual({
        memory: DONE,
        'held mutex': WAITED,
        'free mutex': DONE,
        'read lock': DONE,
        'write lock': DONE,
        semaphore: WAITED,
        condition: DONE,
        fault: FAULTED,
        file: DONE,
      });
    },
  );
});
