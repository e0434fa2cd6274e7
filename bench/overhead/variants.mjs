/** What is measured: the server bare, with the agent, and with what others offer for the same. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const AGENT = ['--require', join(here, '../../dist/agent/index.js')];

export const BARE = { name: 'bare', execArgv: [], env: {} };

/** Told first: how much two processes of the same program differ. */
export const NOISE = { ...BARE, name: 'bare again (noise)' };

export const AGENTS = [
  { name: 'agent, as it comes', execArgv: AGENT, env: {} },
  { name: 'agent without the watchdog', execArgv: AGENT, env: { LEAKWATCH_STALL_MS: '0' } },
  { name: 'agent + heap profile', execArgv: AGENT, env: { LEAKWATCH_HEAP_PROFILE: '1' } },
];

// The sampler's other half.
const V8_EVENTS = ['--trace-event-categories', 'v8'];

/** A peer names the package that must be installed. */
export const PEERS = [
  peer('prom-client'),
  peer('@clinic/doctor', () => ({
    execArgv: ['--require', join(packageFolder('@clinic/doctor'), 'injects/sampler.js'), ...V8_EVENTS],
    // As its command sets them, which would hand them on by NODE_OPTIONS.
    env: {
      NODE_CLINIC_DOCTOR_SAMPLE_INTERVAL: '10',
      NODE_CLINIC_DOCTOR_TIMEOUT_DELAY: '0',
      NODE_CLINIC_DOCTOR_COLLECT_LOOP_UTILIZATION: 'true',
    },
  })),
  peer('dd-trace'),
  peer('@sentry-internal/node-native-stacktrace'),
  peer('blocked-at'),
];

/** @param start by default a preload of the package's name is required */
function peer(packageName, start = () => ({ execArgv: ['--require', preload(packageName)], env: {} })) {
  return {
    name: `${packageName} ${versionOf(packageName) ?? ''}`.trim(),
    isInstalled: versionOf(packageName) !== null,
    ...(versionOf(packageName) !== null && start()),
  };
}

/** Null when it is not installed. */
function versionOf(packageName) {
  const file = join(packageFolder(packageName), 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}

function packageFolder(packageName) {
  return join(here, '../node_modules', packageName);
}

function preload(packageName) {
  return join(here, 'peers', `${packageName.split('/').at(-1)}.cjs`);
}
