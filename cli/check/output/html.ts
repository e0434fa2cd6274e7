import { createHash } from 'node:crypto';
import { formatDuration } from '../../duration.ts';
import type { CheckReport, KnownProblem, Problem, ScenarioResult } from '../check-report.ts';
import { markup, printable } from './escape.ts';
import { STYLE } from './html-style.ts';
import { measureTexts } from './measure-text.ts';

/** One page that needs no server, runs no script and asks nobody for anything. */
export function renderCheckHtml(report: CheckReport): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8" />',
    `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    '<meta name="viewport" content="width=device-width" />',
    `<title>leakwatch: ${text(report.headline)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    verdict(report),
    '<main>',
    ...report.scenarios.map(scenarioBlock),
    ...(report.fixed.length > 0 ? [fixedBlock(report.fixed)] : []),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function verdict({ outcome, headline, startedAt, elapsedMs }: CheckReport): string {
  const day = startedAt.slice(0, 10);
  const time = startedAt.slice(11, 16);
  return [
    `<header class="verdict ${outcome}">`,
    `<p class="tag">leakwatch check: ${outcome}</p>`,
    `<h1>${text(headline)}</h1>`,
    `<p class="muted">${text(`${day} ${time} UTC, took ${formatDuration(elapsedMs)}`)}</p>`,
    '</header>',
  ].join('\n');
}

function scenarioBlock(scenario: ScenarioResult): string {
  const { name, outcome, elapsedMs, sentence, measures, problems, artifacts } = scenario;
  const rows = [
    sentence,
    measureTexts(measures).join(', '),
    artifacts.length > 0 ? `Kept: ${artifacts.join(', ')}` : '',
  ];
  return [
    `<section class="scenario ${outcome}">`,
    `<header><h2>${text(name)}</h2><span class="tag">${outcome}</span><span class="muted">${formatDuration(elapsedMs)}</span></header>`,
    ...rows.filter((row) => row !== '').map((row) => `<p class="muted">${text(row)}</p>`),
    ...problems.map(problemBlock),
    '</section>',
  ].join('\n');
}

function problemBlock({ mark, title, reason, details, location }: Problem): string {
  const place = location === null ? '' : `${location.file}:${location.line}:${location.column}`;
  return [
    `<article class="problem ${mark === 'known' ? 'known' : 'failed'}">`,
    `<p class="tag">${text(reason === null ? mark : `${mark}: ${reason}`)}</p>`,
    `<h3>${words(title)}</h3>`,
    ...(place === '' ? [] : [`<p class="place">${text(place)}</p>`]),
    ...detailBlocks(details),
    '</article>',
  ].join('\n');
}

/** Sentences are paragraphs; what is drawn, a path or a stack, begins with blanks and is left as it is. */
function detailBlocks(details: string): string[] {
  const lines = details.split('\n');
  const firstDrawn = lines.findIndex((line) => /^\s|^$/.test(line));
  const sentences = firstDrawn < 0 ? lines : lines.slice(0, firstDrawn);
  const drawn = firstDrawn < 0 ? [] : lines.slice(firstDrawn).filter((line) => line.trim() !== '');
  return [
    ...sentences.map((sentence) => `<p>${words(sentence)}</p>`),
    ...(drawn.length === 0 ? [] : [`<pre>${text(outdented(drawn).join('\n'))}</pre>`]),
  ];
}

function outdented(lines: readonly string[]): string[] {
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent));
}

function fixedBlock(fixed: readonly KnownProblem[]): string {
  const items = fixed.map(({ title, scenario }) => `<li>${words(title)} (${text(scenario)})</li>`);
  return `<section class="fixed passed"><h2 class="tag">fixed</h2><ul>${items.join('')}</ul></section>`;
}

const text = (value: string) => markup(printable(value));

/** Names stand between backticks. */
const words = (value: string) => text(value).replaceAll(/`([^`\n]+)`/g, '<code>$1</code>');
