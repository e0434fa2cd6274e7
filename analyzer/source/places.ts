import { calls, globalDeclaration, propertyDeclaration } from './declarations.ts';
import { isApplications, isNodeScript } from './packages.ts';
import type { SourceFile } from './source-file.ts';

/** A place in the text of a script. */
export interface Place {
  readonly script: string;
  readonly offset: number;
}

/** Finds places of which it is not known in which of the program's scripts they are. */
export interface Places {
  /** What makes a global of this name: in the application's own files first, then in its packages'. */
  ofGlobal(name: string): Place | null;
  /**
   * A property's declaration when just one file has one, of the application or else of its packages if these are asked for: of
   * two, either might be meant.
   */
  ofOnlyProperty(name: string, isAnywhere?: boolean): Place | null;
  /**
   * The first call of one of these in the one file that has any: of the application, else, where a package's call tells as much,
   * of its packages.
   */
  ofOnlyCall(names: readonly string[], isAnywhere: boolean): Place | null;
}

export function placesIn(
  scriptNames: readonly string[],
  files: (script: string) => SourceFile | null,
): Places {
  const own = scriptNames.filter(isApplications);
  const ofPackages = scriptNames.filter((script) => !isNodeScript(script) && !isApplications(script));

  /** In each script that has one of the names in its text at all, what is found there. */
  function placesOf(
    scripts: readonly string[],
    names: readonly string[],
    find: (source: SourceFile) => number,
  ): Place[] {
    return scripts.flatMap((script) => {
      const source = files(script);
      const isNamed = source !== null && names.some((name) => source.text.includes(name));
      const offset = isNamed ? find(source) : -1;
      return offset === -1 ? [] : [{ script, offset }];
    });
  }

  function ofOnlyProperty(name: string, isAnywhere = false): Place | null {
    const text = /^<symbol (.*)>$/.exec(name)?.[1] ?? name;
    const found = (scripts: readonly string[]) =>
      placesOf(scripts, [text], (source) => propertyDeclaration(source, name, null, 0));
    const ours = found(own);
    return only(ours.length === 0 && isAnywhere ? found(ofPackages) : ours);
  }

  return {
    ofGlobal(name) {
      const found = (scripts: readonly string[]) =>
        placesOf(scripts, [name], (source) => globalDeclaration(source, name))[0];
      // the global object may go by any name: `target.__PLUGINS__ = …`
      return found(own) ?? found(ofPackages) ?? ofOnlyProperty(name, true);
    },
    ofOnlyProperty,
    ofOnlyCall(names, isAnywhere) {
      const found = (scripts: readonly string[]) =>
        placesOf(scripts, names, (source) => calls(source, names)[0] ?? -1);
      const ours = found(own);
      return only(ours.length === 0 && isAnywhere ? found(ofPackages) : ours);
    },
  };
}

const only = (places: readonly Place[]) => (places.length === 1 ? places[0] : null);
