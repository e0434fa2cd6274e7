/** leakwatch/analyzer: judge snapshots and runs, or read a snapshot into columns and look for yourself. */
export { analyzeSnapshots } from './analyze.ts';
export { analyzeRun, readRun } from './analyze-run.ts';
export type { RunMember } from './analyze-run.ts';
export type { AnalyzeOptions, AnalyzeProgress } from './analyze.ts';
export { LeakwatchError } from './error.ts';
export * from './heap/index.ts';
export { renderJson } from './render/json.ts';
export { renderText } from './render/text.ts';
export type { TextOptions } from './render/text.ts';
export type * from './report.ts';
