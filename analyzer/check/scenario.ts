import { LeakwatchError } from '../error.ts';

/** A piece of work that should leave nothing behind. What it returns is awaited and let go. */
export type Scenario = () => unknown;

const CALIBRATION_MS = 50;
const MOST_ITERATIONS = 500; // in a round: enough to see a byte that each leaves, and few enough to analyze
const FEWEST_ITERATIONS = 3;

/**
 * Runs the scenario so many times, one after the other.
 * @throws LeakwatchError SCENARIO_THREW with the scenario's error as its cause, SCENARIO_HANGS after `timeoutMs`
 */
export async function repeat(scenario: Scenario, count: number, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(hangs(timeoutMs)), timeoutMs);
  });
  try {
    await Promise.race([iterate(scenario, count), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How many iterations take about `roundMs`, found by running it for a moment. */
export async function iterationsPerRound(
  scenario: Scenario,
  roundMs: number,
  timeoutMs: number,
): Promise<number> {
  for (let count = 1; ; count *= 2) {
    const startedAt = performance.now();
    await repeat(scenario, count, timeoutMs);
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs < CALIBRATION_MS && count < MOST_ITERATIONS) continue;
    const fitting = Math.round((count * roundMs) / Math.max(elapsedMs, 1));
    return Math.min(MOST_ITERATIONS, Math.max(FEWEST_ITERATIONS, fitting));
  }
}

async function iterate(scenario: Scenario, count: number): Promise<void> {
  for (let iteration = 1; iteration <= count; iteration++) {
    try {
      await scenario();
    } catch (error) {
      throw threw(error);
    }
  }
}

function threw(error: unknown): LeakwatchError {
  const said = error instanceof Error ? error.message : String(error);
  return new LeakwatchError('SCENARIO_THREW', `The scenario threw: ${said}`, { cause: error });
}

function hangs(timeoutMs: number): LeakwatchError {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new LeakwatchError('SCENARIO_HANGS', `The scenario did not come to its end within ${seconds} s.`);
}
