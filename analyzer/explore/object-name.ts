import { chainTo } from '../detectors/facts.ts';
import type { Surroundings } from '../detectors/facts.ts';
import { declarationOf, holderName } from '../detectors/holder-name.ts';
import { namePhrase } from '../detectors/words.ts';
import type { PackageName, SourceLocation } from '../report.ts';
import { isNodeScript } from '../source/packages.ts';
import type { Exploration } from './exploration.ts';
import { cut } from './cut.ts';

/** What an object is called in its program, and where that name is declared. */
export interface ObjectName {
  /** `sessions`, `opts.cache`: the way of names from the nearest class, function, module or global. */
  readonly name: string;
  /** The same as a phrase: "`sessions` of class `SessionStore`". */
  readonly phrase: string;
  readonly package: PackageName | null;
  /** Null when the snapshot or the source on disk does not tell. */
  readonly location: SourceLocation | null;
}

/** How an object is reached, as the words for it need it. */
export function surroundings(exploration: Exploration, node: number): Surroundings {
  const { view, scripts, holding, labels } = exploration;
  return { view, scripts, holder: node, chain: chainTo(node, holding, view, labels) };
}

/** Names an object by the nearest thing with a name that holds it. */
export function objectName(exploration: Exploration, node: number): ObjectName {
  const facts = surroundings(exploration, node);
  const name = holderName(facts);
  const located = exploration.locator.locate(declarationOf(name));
  // nothing on the way has a name: a string would be called by its text
  const isNameless = name.anchor === 'none' && exploration.view.isString(node) && name.property === null;
  return {
    name: isNameless ? 'string' : cut(name.name, MAX_NAME),
    phrase: isNameless ? 'a string' : cut(namePhrase(name), MAX_NAME),
    package: located.package,
    location: located.location,
  };
}

const MAX_NAME = 120; // keys of dictionaries are part of names, and may be anything

/** Where a function is declared, or the class of an object, through source maps; null when the snapshot does not tell. */
export function declaredAt({ scripts, locator }: Exploration, node: number): SourceLocation | null {
  const position = scripts.positionOf(node);
  if (position === null) return null;
  const { script, line, column } = position;
  return isNodeScript(script) ? { file: script, line, column } : locator.toSource(script, line, column);
}
