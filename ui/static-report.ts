import { createHash } from 'node:crypto';
import type { Recording } from '../agent/recording.ts';
import type { Report } from '../analyzer/report.ts';
import type { EmbeddedRun, ProcessOverview, SourceExcerpt, Timeline } from './api.ts';
import { CodePlaces } from './code-places.ts';
import { readPageFiles } from './page-files.ts';
import { ProcessSeries } from './process-series.ts';
import { foldersOfCode, locationsOf, sourceExcerpt } from './source-excerpt.ts';
import { stallsOf } from './stalls.ts';
import { timelineOf } from './timeline.ts';
import { describeProcess } from './watched-process.ts';

/** Enough to zoom in a little, few enough for a file that is sent around. */
const BUCKETS = 600;

/** Of the others the file tells only where they are. */
const MAX_CULPRITS_WITH_CODE = 20;

export interface StaticReportOptions {
  /** What the page calls the run. */
  readonly name?: string;
  /** Where the built page lies, when it is not beside this module. */
  readonly pageFolder?: string;
}

/**
 * The page with the run inside it: one file that works from disk, asks nobody for anything, and runs no script but its
 * own. Code around the reported lines is read from the observed working directories while it is still there.
 */
export async function renderHtmlReport(
  report: Report,
  recordings: readonly Recording[],
  options: StaticReportOptions = {},
): Promise<string> {
  const page = readPageFiles(options.pageFolder);
  const data = embeddable(await embeddedRun(report, recordings, options.name ?? 'report'));
  return page.html
    .replace('<meta charset="utf-8" />', (meta) => meta + policyMeta(page.script, page.style))
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${page.style}</style>`)
    .replace(
      /<script src="main.js"[^>]*><\/script>/,
      () => `<script type="application/json" id="run-data">${data}</script><script>${page.script}</script>`,
    );
}

async function embeddedRun(
  report: Report,
  recordings: readonly Recording[],
  name: string,
): Promise<EmbeddedRun> {
  const folders = foldersOfCode(recordings.map(({ header }) => header));
  const excerpts = new Map<string, SourceExcerpt>();
  for (const location of locationsOf(report)) {
    const excerpt = await sourceExcerpt(location, folders);
    if (excerpt) excerpts.set(`${location.file}:${location.line}`, excerpt);
  }
  const processes: ProcessOverview[] = [];
  const recorded = new Map<string, ProcessSeries>();
  const timelines: Record<string, Timeline> = {};
  for (const recording of recordings) {
    const { header, entries, damagedLines } = recording;
    const series = new ProcessSeries(header);
    for (const entry of entries) series.add(entry);
    const id = `${header.pid}-${header.threadId}`;
    processes.push({ ...describeProcess(id, series), damagedLines });
    timelines[id] = timelineOf(id, series, { buckets: BUCKETS });
    recorded.set(id, series);
  }
  const stalls = await stallsOf(recorded, new CodePlaces());
  for (const { culprit } of stalls.culprits.slice(0, MAX_CULPRITS_WITH_CODE)) {
    const excerpt = culprit && (await sourceExcerpt(culprit, folders));
    if (excerpt) excerpts.set(`${excerpt.file}:${excerpt.line}`, excerpt);
  }
  return {
    overview: {
      revision: 0,
      status: 'finished',
      name,
      command: [],
      startedAt: processes[0]?.startedAt ?? null,
      endedAt: null,
      processes,
      hasSnapshots: false,
      report,
      analysis: { isRunning: false, share: 0, fault: null },
      problems: [],
    },
    timelines,
    excerpts: [...excerpts.values()],
    stalls,
  };
}

/** JSON that cannot end the script element it stands in. */
function embeddable(value: EmbeddedRun): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A policy that allows just these two texts to act, by their hashes. */
function policyMeta(script: string, style: string): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}" />`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
