import { expect, test } from 'vitest';
import type { FlameNode } from '../../ui/page/flame-tree.ts';
import { mergedStacks } from '../../ui/page/flame-tree.ts';

const frame = (functionName: string, file: string, line: number) => ({ functionName, file, line });

const twoLinesOf = (file: string) =>
  [1, 2].map((line) => ({ stack: [frame('emit', file, line)], weight: line }));

/** The tree as text: `name value (callees)`. */
function textOf({ name, value, children }: FlameNode): string {
  return `${name} ${value}${children.length > 0 ? ` (${children.map(textOf).join(', ')})` : ''}`;
}

test('calls that agree from the outermost on are one, those that weigh most first', () => {
  const tree = mergedStacks('all', [
    { stack: [frame('sort', '/srv/a.js', 3), frame('serve', '/srv/a.js', 9)], weight: 1 },
    { stack: [frame('hash', '/srv/a.js', 5), frame('serve', '/srv/a.js', 9)], weight: 2 },
  ]);
  expect(textOf(tree)).toBe('all 3 (serve 3 (hash 2, sort 1))');
});

test('lines tell apart what is of the application, and not what is of Node', () => {
  expect(textOf(mergedStacks('all', twoLinesOf('node:events')))).toBe('all 3 (emit 3)');
  expect(textOf(mergedStacks('all', twoLinesOf('/srv/events.js')))).toBe('all 3 (emit 2, emit 1)');
});
