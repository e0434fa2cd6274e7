import { UNNAMED_LABEL } from '../model/labels.ts';
import type { Locator } from '../source/locate.ts';
import type { Step, Surroundings } from './facts.ts';

/**
 * The same with what the code tells: which function reads what, which class or file makes what, and what variables are called of which V8 writes down no
 * name, those of blocks and those that a running function alone reads.
 */
export function withCode<Known extends Surroundings | null>(known: Known, lines: Locator): Known {
  if (known === null) return known;
  const { mentions, declares, maker } = lines;
  const withNames = (chain: readonly Step[]) =>
    chain.map((step, index) => named(step, chain[index - 1], known, lines));
  const weakMaps = new Map(Array.from(known.weakMaps ?? [], ([value, way]) => [value, withNames(way)]));
  return { ...known, chain: withNames(known.chain), weakMaps, mentions, declares, maker };
}

function named(step: Step, above: Step | undefined, { scripts }: Surroundings, lines: Locator): Step {
  if (above === undefined) return step;
  if (step.via === UNNAMED_LABEL && above.className === 'scope') {
    const closure = scripts.closureIn(above.node);
    const position = closure === -1 ? null : scripts.positionOf(closure);
    const name = position === null ? null : lines.blockVariable(position, step.className);
    return name === null ? step : { ...step, via: `$${name}` };
  }
  const isInFrame = step.via === REGISTERS_LABEL || STACKS.has(above.className);
  if (!isInFrame) return step;
  const local = lines.localVariable(scripts.positionOf(above.node), step.className);
  return local === null ? step : { ...step, via: `$${local.name}`, declaredAt: local.position };
}

/** How a function that waits, a generator or an async one, holds its variables. */
const REGISTERS_LABEL = '(parameters_and_registers)';

/** Where V8 keeps the frames of functions that run. */
const STACKS: ReadonlySet<string> = new Set(['(Stack roots)', '(Handle scope)']);
