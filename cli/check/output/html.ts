import { createHash } from 'node:crypto';
import type { CheckReport, Problem, ScenarioResult } from '../check-report.ts';
import { markup, printable } from './escape.ts';
import { measureTexts } from './measure-text.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 0.2rem; }
p { margin: 0.2rem 0; } .quiet { opacity: 0.75; }
.passed { color: light-dark(#126b2e, #5fd284); } .failed { color: light-dark(#b3152a, #ff8590); }
.unable { color: light-dark(#7a5200, #e8b54c); }
section.problem { border-left: 4px solid; padding: 0.3rem 0 0.3rem 0.9rem; margin: 0.8rem 0; }
section.known { opacity: 0.75; }
pre { overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; color: CanvasText; }
`;

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
    `<h1 class="${report.outcome}">${text(report.headline)}</h1>`,
    `<p class="quiet">${text(report.startedAt)}, ${Math.round(report.elapsedMs / 1000)} s</p>`,
    ...report.scenarios.map(scenarioBlock),
    ...report.fixed.map(
      ({ title, scenario }) => `<p class="passed">Fixed in ${text(scenario)}: ${text(title)}</p>`,
    ),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function scenarioBlock({ name, outcome, sentence, measures, problems, artifacts }: ScenarioResult): string {
  const rows = [
    sentence,
    measureTexts(measures).join(', '),
    artifacts.length > 0 ? `kept: ${artifacts.join(', ')}` : '',
  ];
  return [
    `<h2><span class="${outcome}">${outcome}</span> ${text(name)}</h2>`,
    ...rows.filter((row) => row !== '').map((row) => `<p class="quiet">${text(row)}</p>`),
    ...problems.map(problemBlock),
  ].join('\n');
}

function problemBlock({ mark, title, reason, details, location }: Problem): string {
  const place =
    location === null ? '' : `<p>${text(`${location.file}:${location.line}:${location.column}`)}</p>`;
  const why = reason === null ? '' : ` (${text(reason)})`;
  return `<section class="problem ${mark === 'known' ? 'known' : 'failed'}"><p><strong>${mark}${why}:</strong> ${text(title)}</p>${place}<pre>${text(details)}</pre></section>`;
}

const text = (value: string) => markup(printable(value));
