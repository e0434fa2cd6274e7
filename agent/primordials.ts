/**
 * What the agent needs of the runtime, taken before the application can replace it: an app that fakes timers, patches
 * `fs` or overrides `JSON.stringify` is then neither disturbed by the agent nor able to disturb it.
 */
import fs from 'node:fs';

export const { setInterval, clearInterval, setTimeout, clearTimeout, setImmediate, clearImmediate } =
  globalThis;
export const dateNow = Date.now;
export const stringify = JSON.stringify;
export const parseJson = JSON.parse;
export const monotonicMs = performance.now.bind(performance);
export const cpuUsage = process.cpuUsage.bind(process);

export const { O_APPEND, O_WRONLY } = fs.constants;

export const {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} = fs;
