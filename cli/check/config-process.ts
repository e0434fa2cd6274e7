/** Run in a process of its own: loads a config, which may do with the process what it likes. */
import type { CheckConfig, ScenarioConfig } from './config.ts';
import { loadConfig } from './load-config.ts';
import type { LoadedConfig } from './load-config.ts';
import { answer, faultOf, resultOf } from './own-process.ts';
import type { AnswerPlace } from './own-process.ts';
import type { ConfigOrder } from './read-config.ts';

async function main(order: ConfigOrder & AnswerPlace): Promise<void> {
  answer(await loadConfig(order.configFile).then(asData).then(resultOf, faultOf), order);
}

function asData({ config, ...loaded }: LoadedConfig): LoadedConfig {
  const scenarios = Object.entries(config.scenarios).map(([name, entry]) => [name, withoutFunction(entry)]);
  return { ...loaded, config: { ...config, scenarios: Object.fromEntries(scenarios) } };
}

function withoutFunction(entry: CheckConfig['scenarios'][string]): ScenarioConfig {
  if (typeof entry === 'function') return { run: entry.name };
  return 'run' in entry && typeof entry.run === 'function' ? { ...entry, run: entry.run.name } : entry;
}

void main(JSON.parse(process.argv[2]) as ConfigOrder & AnswerPlace);
