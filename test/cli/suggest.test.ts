import { expect, test } from 'vitest';
import { nearest } from '../../cli/suggest.ts';

const COMMANDS = ['run', 'analyze', 'snapshot', 'open', 'report'];

test.each([
  ['rnu', 'run'], // neighbours swapped
  ['ran', 'run'],
  ['analyse', 'analyze'],
  ['anylize', 'analyze'],
  ['snap', 'snapshot'], // the beginning of it
  ['raport', 'report'],
  ['start', null],
  ['x', null],
  ['', null],
])('"%s" was meant to be %s', (word, meant) => {
  expect(nearest(word, COMMANDS)).toBe(meant);
});

test('the nearest one wins, not the first one', () => {
  expect(nearest('duration', ['durations', 'duration'])).toBe('duration');
});
