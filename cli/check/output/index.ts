import type { CheckReport } from '../check-report.ts';
import { renderGitlab } from './gitlab.ts';
import { renderCheckHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';

type Render = (report: CheckReport) => string;

const renderJson: Render = (report) => `${JSON.stringify(report, null, 2)}\n`;

/** Every file that `check` writes: the option that names it -> what it holds. */
const RENDERERS: Readonly<Record<string, Render>> = {
  json: renderJson,
  html: renderCheckHtml,
  junit: renderJunit,
  sarif: renderSarif,
  gitlab: renderGitlab,
  markdown: renderMarkdown,
};

/** The options that name a file and are `check`'s own. */
export const OUTPUT_OPTIONS = {
  junit: { type: 'string', requiresArg: true, describe: 'Write JUnit XML into this file' },
  sarif: { type: 'string', requiresArg: true, describe: 'Write SARIF 2.1.0, for code scanning' },
  gitlab: { type: 'string', requiresArg: true, describe: "Write GitLab's code quality report" },
  markdown: {
    type: 'string',
    requiresArg: true,
    describe: 'Write Markdown, for a comment on a pull request',
  },
} as const;

/** The files that were asked for, with their texts. */
export function outputsOf(
  report: CheckReport,
  flags: Readonly<Record<string, unknown>>,
): { readonly file: string; readonly text: string }[] {
  return Object.entries(RENDERERS).flatMap(([option, render]) => {
    const file = flags[option];
    return typeof file === 'string' ? [{ file, text: render(report) }] : [];
  });
}
