import { mkdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemReason } from '../../cli/system-error.ts';

test.each<[doing: () => unknown, reason: string]>([
  [() => readFileSync('/no/such/file'), 'no such file or directory'],
  [() => readFileSync('/'), 'illegal operation on a directory'],
  [() => mkdirSync('/dev/null/folder'), 'not a directory'],
])('%s -> %s', (doing, reason) => {
  let caught: unknown;
  try {
    doing();
  } catch (error) {
    caught = error;
  }
  expect(systemReason(caught)).toContain(reason);
  expect(systemReason(caught)).not.toMatch(/^E|'\//);
});
