/** Colors and sizes are those of the dashboard; the page is read in a CI system's frame as well as on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f6f4, #111214); --surface: light-dark(#fff, #191b1e); --sunken: light-dark(#f3f3f0, #222428);
  --edge: light-dark(#e3e2dd, #2c2f34); --text: light-dark(#1b1b19, #ecebe8); --muted: light-dark(#63635e, #a0a09b);
  --failed: light-dark(#b3351a, #ff8a6b); --passed: light-dark(#18703f, #67cf95); --unable: light-dark(#865500, #e8b450);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: clamp(1rem, 3vw, 2.5rem) clamp(0.8rem, 3vw, 2rem);
  background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.55 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif;
}
h1, h2, h3, p, ul, pre { margin: 0; }
h1 { font-size: clamp(1.3rem, 1.1rem + 1vw, 1.75rem); font-weight: 620; line-height: 1.25; letter-spacing: -0.02em; }
h2 { font-size: 1.02rem; font-weight: 620; }
h3 { font-size: 1rem; font-weight: 600; line-height: 1.4; }
code, pre, .place { font-family: var(--mono); font-size: 0.86em; }
.muted { color: var(--muted); font-size: 0.9rem; }
.passed { --mark: var(--passed); } .failed { --mark: var(--failed); } .unable, .known { --mark: var(--unable); }
.tag { color: var(--mark); font-size: 0.82rem; font-weight: 650; }
.verdict, .scenario, .fixed { border: 1px solid var(--edge); border-radius: 12px; background: var(--surface); }
.verdict {
  margin-bottom: 1.2rem; padding: clamp(1rem, 3vw, 1.8rem);
  background: color-mix(in srgb, var(--mark) 8%, var(--surface));
  border-color: color-mix(in srgb, var(--mark) 30%, var(--edge));
}
.verdict .muted { margin-top: 0.4rem; }
.scenario, .fixed { margin-top: 0.7rem; padding: 0.8rem 1.1rem; }
.scenario > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.8rem; }
.scenario > header .muted { margin-left: auto; font-variant-numeric: tabular-nums; }
.fixed ul { padding-left: 1.1rem; }
.problem { margin-top: 0.9rem; padding-top: 0.9rem; border-top: 1px solid var(--edge); }
.problem p { margin-top: 0.35rem; }
.place { color: var(--muted); }
pre {
  margin-top: 0.7rem; padding: 0.7rem 0.9rem; overflow-x: auto; overflow-wrap: normal;
  border-radius: 8px; background: var(--sunken); line-height: 1.5;
}
@media print { body { max-width: none; } .scenario { break-inside: avoid; } pre { white-space: pre-wrap; } }
`;
