/** Runs one contestant's job, or comparison when there are two files, and prints what it took as JSON. */
import { contestants } from './contestants.mjs';

const [, , name, ...files] = process.argv;
const engine = contestants[name];
const print = console.log;
console.log = () => {};
console.warn = () => {};
const startedAt = performance.now();
await (files.length === 1 ? engine.job(files[0]) : engine.comparison(files[0], files[1]));
const seconds = (performance.now() - startedAt) / 1000;
print(`\n${JSON.stringify({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 })}`);
process.exit(0);
