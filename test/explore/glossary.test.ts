import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GLOSSARY, glossaryPage, lookUp } from '../../analyzer/explore/glossary.ts';
import { runCli } from '../../cli/cli.ts';
import { fakeTerminal } from '../helpers/fake-terminal.ts';

test('docs/glossary.md is `leakwatch glossary --markdown`', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'glossary.md'), 'utf8');
  expect(page).toBe(glossaryPage());
});

test('no word is explained twice, and each in whole sentences', () => {
  const names = GLOSSARY.flatMap(({ term, aliases = [] }) => [term, ...aliases]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  for (const { meaning } of GLOSSARY) expect(meaning).toMatch(/^[A-Z].*\.$/);
});

test.each([
  ['dominator', 'dominator'],
  ['system / context', 'system / Context'],
  ['closure', '(closure)'],
  ['elements', '(object elements)'],
  ['shape', 'hidden class'],
])('%s is found as %s', (text, term) => {
  expect(lookUp(text).map((entry) => entry.term)).toEqual([term]);
});

test('the command explains one word or all, and says when it knows none', async () => {
  const [one, all, none] = [fakeTerminal(60), fakeTerminal(60), fakeTerminal()];
  expect(await runCli(['glossary', 'retained', 'size'], one)).toBe(0);
  expect(one.stdout).toMatch(/^retained size\n {2}The bytes that would be free/);
  expect(await runCli(['glossary'], all)).toBe(0);
  for (const { term } of GLOSSARY) expect(all.stdout).toContain(term);
  expect(await runCli(['glossary', 'dominatr'], none)).toBe(2);
  expect(none.stderr).toBe('leakwatch The glossary has no "dominatr"; did you mean "dominator"?\n');
});
