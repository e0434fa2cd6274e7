import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { renderGithub } from '../../cli/check/output/github.ts';
import { renderGitlab } from '../../cli/check/output/gitlab.ts';
import { renderCheckHtml } from '../../cli/check/output/html.ts';
import { renderJunit } from '../../cli/check/output/junit.ts';
import { renderMarkdown } from '../../cli/check/output/markdown.ts';
import { renderSarif } from '../../cli/check/output/sarif.ts';
import { renderCheckText } from '../../cli/check/output/text.ts';
import { problemWith, reportOf, scenarioWith } from './report-of.ts';
import { junitFaults, sarifFaults } from './valid.ts';

/** What a heap may hold as a name: everything that some format takes for its own. */
const HOSTILE = `]]></failure><script>alert(1)</script>&"'\u0000\u001B[31m\uD800\u202E\uFFFF\n::error::x%0A,a:b|\`\`\`@everyone #1 <!-- [x](javascript:y)`;

const leak = problemWith({});
const failed = scenarioWith({ outcome: 'failed', problems: [leak], sentence: 'Leaked.' });
const hostile = reportOf(
  scenarioWith({
    name: HOSTILE,
    outcome: 'failed',
    sentence: HOSTILE,
    problems: [
      problemWith({
        title: HOSTILE,
        details: HOSTILE,
        location: { file: `src/${HOSTILE}`, line: 1, column: 1 },
      }),
      problemWith({ mark: 'known', title: HOSTILE, reason: HOSTILE }),
    ],
    artifacts: [HOSTILE],
  }),
  scenarioWith({ name: 'unable', outcome: 'unable', sentence: HOSTILE }),
);
const known = problemWith({ mark: 'known', reason: 'until spring' });
const ordinary = reportOf(
  failed,
  scenarioWith({ name: 'search' }),
  scenarioWith({
    name: 'shop',
    kind: 'service',
    problems: [known, problemWith({ rule: 'budget/gcShare', location: null })],
  }),
  scenarioWith({ name: 'nightly', kind: 'snapshots', outcome: 'unable', sentence: 'No such file.' }),
);

describe.each([
  ['an ordinary result', ordinary],
  ['a hostile one', hostile],
  ['an empty one', reportOf()],
])('%s', (_, report) => {
  test('is valid SARIF 2.1.0', () => {
    expect(sarifFaults(renderSarif(report))).toEqual([]);
  });

  test('is valid JUnit XML', async () => {
    expect(await junitFaults(renderJunit(report))).toEqual([]);
  });

  test('is GitLab code quality: a list of what GitLab needs', () => {
    for (const issue of JSON.parse(renderGitlab(report)) as Record<string, unknown>[])
      expect(issue).toEqual({
        description: expect.any(String) as string,
        check_name: expect.any(String) as string,
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        severity: expect.stringMatching(/^(info|major)$/) as string,
        location: { path: expect.any(String) as string, lines: { begin: expect.any(Number) as number } },
      });
  });
});

test('the schemas find what is wrong', async () => {
  for (const [good, bad] of [
    ['"level": "error"', '"level": "fatal"'],
    ['"startLine": 3', '"startLine": 0'],
    ['"uri": "src/cart.js"', '"uri": "http://[x"'],
    ['"ruleIndex"', '"ruleNumber"'],
    ['"version": "2.1.0"', '"version": "2.2.0"'],
  ]) {
    const text = renderSarif(ordinary);
    expect(text).toContain(good);
    expect([bad, sarifFaults(text.replace(good, bad))]).not.toEqual([bad, []]);
  }
  const text = renderJunit(ordinary);
  for (const [good, bad] of [
    ['<failure', '<fault'],
    ['<testcase name=', '<testcase title='],
    ['</testsuite>', ''],
  ]) {
    expect(text).toContain(good);
    expect([bad, await junitFaults(text.replace(good, bad))]).not.toEqual([bad, []]);
  }
});

test('a leak is told at the culprit’s line', () => {
  const report = reportOf(failed);
  const [result] = (JSON.parse(renderSarif(report)) as { runs: { results: unknown[] }[] }).runs[0].results;
  expect(result).toMatchObject({
    ruleId: 'leak/cache',
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'src/cart.js' },
          region: { startLine: 3, startColumn: 7 },
        },
      },
    ],
  });
  expect(JSON.parse(renderGitlab(report))).toMatchObject([
    { location: { path: 'src/cart.js', lines: { begin: 3 } } },
  ]);
  expect(renderGithub(report)).toBe(
    '::error file=src/cart.js,line=3,col=7,title=leakwatch%3A cart::Map `carts` (src/cart.js:3) grows without bound%0Afix: Bound it.\n',
  );
  expect(renderMarkdown(report)).toContain('src&#47;cart&#46;js&#58;3');
});

test('on a page sentences are paragraphs, and what is drawn keeps its form', () => {
  const details = 'fix: call `clear`\n\n   ┬ global\n   │  .carts\n   ╰→ Map';
  const html = renderCheckHtml(reportOf(scenarioWith({ problems: [problemWith({ details })] })));
  expect(html).toContain('<p>fix: call <code>clear</code></p>\n<pre>┬ global\n│  .carts\n╰→ Map</pre>');
});

test.each(['/elsewhere/lib.js', 'node:events', '../outside.js'])(
  '%s is no line of the repository',
  (file) => {
    const report = reportOf(
      scenarioWith({ problems: [problemWith({ location: { file, line: 1, column: 1 } })] }),
    );
    expect(JSON.parse(renderGitlab(report))).toEqual([]);
    expect(renderGithub(report)).toMatch(/^::error title=/);
  },
);

test('an absolute path below the root is shown relative to it', () => {
  const location = { file: '/app/src/a b.js', line: 2, column: 1 };
  const report = reportOf(scenarioWith({ problems: [problemWith({ location })] }));
  expect(renderSarif(report)).toContain('"uri": "src/a%20b.js"');
});

describe('what a heap holds does nothing', () => {
  test('to GitHub: every line is one command of ours', () => {
    const lines = renderGithub(hostile).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^::(error|notice) (file=[^,:]*,line=1,col=1,)?[^:]*title=[^:,]*::/);
  });

  test('to a page: no element and no script of its own', () => {
    const html = renderCheckHtml(hostile);
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;');
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'/);
  });

  test('to a comment: no mention, link, HTML or end of its block', () => {
    const text = renderMarkdown(hostile);
    const outside = text.replaceAll(/^````text\n[^]*?\n````$/gm, '');
    expect(text).toMatch(/^````text$/m);
    expect(outside).not.toMatch(/<script|@everyone|\[x\]|javascript:/);
  });

  test('to a terminal: no escape sequence, no turned text', () => {
    const text = renderCheckText(hostile, {
      colors: createColors(false),
      width: 100,
      isTerminal: false,
      write: () => {},
    });
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });
});

test('a comment is cut between problems when it gets too long', () => {
  const problems = Array.from({ length: 40 }, () => problemWith({ details: 'x'.repeat(5000) }));
  const text = renderMarkdown(reportOf(scenarioWith({ outcome: 'failed', problems })));
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/\n\d+ more are left out here; the JSON has them all\.\n$/);
  expect(text.match(/<details/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});

test('what has no line stands in the config, since code scanning takes nothing without a place', () => {
  const report = {
    ...reportOf(scenarioWith({ problems: [problemWith({ location: null })] })),
    repository: '/',
  };
  expect(renderSarif(report)).toContain('"uri": "app/leakwatch.config.js"');
});

test('in a repository of several packages a path begins at the repository', () => {
  const report = { ...reportOf(failed), root: '/app/packages/shop' };
  expect(renderGithub(report)).toContain('file=packages/shop/src/cart.js,');
  expect(JSON.parse(renderGitlab(report))).toMatchObject([
    { location: { path: 'packages/shop/src/cart.js' } },
  ]);
  expect(renderSarif(report)).toContain('"uri": "packages/shop/src/cart.js"');
});

test('SARIF tells that something could not be judged, whatever else failed', () => {
  const done = '"executionSuccessful": true';
  expect(renderSarif(reportOf(scenarioWith({}), failed))).toContain(done);
  expect(renderSarif(reportOf(failed, scenarioWith({ outcome: 'unable' })))).not.toContain(done);
});

test('a known problem is a notice, and suppressed in SARIF', () => {
  const report = reportOf(scenarioWith({ problems: [known] }));
  expect(renderGithub(report)).toMatch(/^::notice .*\(known: until spring\)\n$/);
  expect(renderSarif(report)).toContain('"justification": "until spring"');
  expect(renderJunit(report)).not.toContain('<failure');
});
