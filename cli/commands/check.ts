import { appendFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { readBaseline, writeBaseline } from '../check/baseline.ts';
import { checkAll } from '../check/check-all.ts';
import type { CheckReport, KnownProblem, Outcome } from '../check/check-report.ts';
import { readComparison } from '../check/comparison.ts';
import type { LoadedConfig } from '../check/load-config.ts';
import { readConfig } from '../check/read-config.ts';
import { checkedExpiry, updatedBaseline } from '../check/update-baseline.ts';
import { renderGithub } from '../check/output/github.ts';
import { OUTPUT_OPTIONS, outputsOf } from '../check/output/index.ts';
import { renderMarkdown } from '../check/output/markdown.ts';
import { renderCheckText } from '../check/output/text.ts';
import { defineCommand } from '../command.ts';
import type { ExitCode } from '../command.ts';
import { DEFAULT_FILES, REPORT_OPTIONS, writeOutput } from '../show-report.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

const DEFAULT_BASELINE = 'leakwatch-baseline.json';
const DEFAULT_REASON = 'was there when the baseline was made';

/** What `check` exits with. */
const EXIT_CODE: Readonly<Record<Outcome, ExitCode>> = { passed: 0, failed: 1, unable: 2 };

export const checkCommand = defineCommand({
  name: 'check',
  summary: 'Try the scenarios of a config, and fail when one leaks or blocks the event loop',
  usage: '[options] [scenario]…',
  details: [
    'For CI. The scenarios stand in leakwatch.config.ts, .js, .mjs or .json: functions that are called over and over, ' +
      'applications under load, and saved snapshots. Problems that the baseline file knows do not fail until the day ' +
      'they expire.',
    'On GitHub it writes annotations and the summary of the step by itself.',
    'Exit code: 0 nothing new, 1 a new problem, 2 a scenario could not be tried or judged.',
  ],
  examples: [
    ['leakwatch check', 'every scenario'],
    ['leakwatch check checkout --junit=leakwatch.xml --sarif=leakwatch.sarif', 'one of them, for CI'],
    ['leakwatch check --compare=main.json', 'fail only for what main does not have'],
    ['leakwatch check --update-baseline --reason "vendor bug" --expires 2027-06-01', ''],
  ],
  options: {
    config: {
      alias: 'c',
      type: 'string',
      requiresArg: true,
      describe: 'The config (default: leakwatch.config.*)',
    },
    compare: {
      type: 'string',
      requiresArg: true,
      describe: 'The JSON of a check of another build: what it had too is known',
    },
    'update-baseline': {
      type: 'boolean',
      describe: 'Write what was found into the baseline file, and leave out what is fixed',
    },
    reason: {
      type: 'string',
      requiresArg: true,
      describe: 'Why new entries of the baseline are put up with',
    },
    expires: { type: 'string', requiresArg: true, describe: 'The day they fail again, such as 2027-06-01' },
    github: { type: 'boolean', describe: 'Write annotations and the step summary (default: on GitHub)' },
    ...OUTPUT_OPTIONS,
    ...REPORT_OPTIONS,
  },
  async run({ flags, operands, afterDashes, terminal }) {
    const updates = checkedUpdate(flags);
    const loaded = await readConfig(flags.config);
    const baselineFile = resolve(loaded.folder, loaded.config.baseline ?? DEFAULT_BASELINE);
    const baseline = readBaseline(baselineFile);
    const compared = flags.compare === undefined ? [] : readComparison(flags.compare);
    const known = [...baseline, ...compared];
    const now = new Date();
    const report = await checkAll({
      loaded,
      only: [...operands, ...(afterDashes ?? [])],
      known,
      now,
      terminal,
    });
    show(report, { ...flags, env: process.env }, terminal);
    if (updates === null) return EXIT_CODE[report.outcome];
    return update({ file: baselineFile, baseline, updates, report, loaded }, terminal);
  },
});

interface Updates {
  readonly reason: string;
  readonly expires: string | null;
}

function checkedUpdate(flags: {
  readonly 'update-baseline': boolean | undefined;
  readonly reason: string | undefined;
  readonly expires: string | undefined;
}): Updates | null {
  const { reason, expires } = flags;
  if (!flags['update-baseline']) {
    if (reason === undefined && expires === undefined) return null;
    throw new UsageError(
      '--reason and --expires are for new entries of the baseline.',
      'Add --update-baseline.',
    );
  }
  return { reason: reason ?? DEFAULT_REASON, expires: expires === undefined ? null : checkedExpiry(expires) };
}

interface Update {
  readonly file: string;
  readonly baseline: readonly KnownProblem[];
  readonly updates: Updates;
  readonly report: CheckReport;
  readonly loaded: LoadedConfig;
}

/** What could not be judged is no part of an update, and stays a fault. */
function update({ file, baseline, updates, report }: Update, terminal: Terminal): ExitCode {
  const known = updatedBaseline(baseline, report, updates);
  writeBaseline(file, known);
  terminal.note(`${relative('', file)} knows ${known.length} problem${known.length === 1 ? '' : 's'}`);
  return report.scenarios.some(({ outcome }) => outcome === 'unable') ? 2 : 0;
}

interface ShowFlags {
  readonly json: string | undefined;
  readonly github: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** JSON on stdout goes alone. GitHub reads its commands from stderr as well. */
function show(
  report: CheckReport,
  flags: ShowFlags & Readonly<Record<string, unknown>>,
  terminal: Terminal,
): void {
  const { out, err } = terminal;
  const isJsonOut = flags.json === DEFAULT_FILES.json;
  (isJsonOut ? err : out).write(renderCheckText(report, isJsonOut ? err : out));
  for (const { file, text } of outputsOf(report, flags)) {
    if (file === DEFAULT_FILES.json) out.write(text);
    else writeOutput(file, text);
  }
  if (!(flags.github ?? flags.env.GITHUB_ACTIONS === 'true')) return;
  err.write(renderGithub(report));
  if (flags.env.GITHUB_STEP_SUMMARY) appendFileSync(flags.env.GITHUB_STEP_SUMMARY, renderMarkdown(report));
}
