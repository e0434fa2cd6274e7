import type { FindingKind, Site } from '../report.ts';
import type { ScriptPosition } from '../model/scripts.ts';
import type { Locator } from '../source/locate.ts';
import type { Facts } from './facts.ts';

/** What a detector makes of a growing group. */
export interface Diagnosis {
  readonly kind: FindingKind;
  /** The subject of the finding's title: "Map `sessions` of class `SessionStore`". */
  readonly subject: string;
  /** What happens to it: "grows without bound". */
  readonly predicate: string;
  readonly name: string;
  readonly className: string | null;
  readonly property: string | null;
  readonly container: string;
  /** What fills it: "objects {id, user, at}". */
  readonly what: string;
  readonly fix: string;
  readonly evidence: readonly string[];
  readonly where: Whereabouts;
  /** Other places that the detector knows of. */
  readonly sites?: readonly Site[];
}

/** How to find the line: a position V8 wrote down, and the name to look for near it. */
export interface Whereabouts {
  readonly position: ScriptPosition | null;
  /**
   * function: the position is the answer. variable, property: the declaration of `name` in that file is. global: the place in
   * any of the program's files that makes a global of this name. anywhere: the one file of the program's that declares it.
   * call: the one file that calls one of `calls`.
   */
  readonly look: 'function' | 'variable' | 'property' | 'global' | 'anywhere' | 'call';
  readonly name: string | null;
  readonly className: string | null;
  /** Names of functions and classes. */
  readonly calls?: readonly string[];
  /** Whether packages are looked through for the calls where the application has none. */
  readonly isAnywhere?: boolean;
}

/** Says what a growing group is, or null when it is not of this kind. Pure; the first detector that speaks wins. */
export interface Detector {
  readonly name: FindingKind;
  readonly diagnose: (facts: Facts, locator: Locator) => Diagnosis | null;
}
