import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { filePath } from '../source/packages.ts';
import type { Detector, Whereabouts } from './detector.ts';
import type { Facts } from './facts.ts';
import { mostFrequent } from './facts.ts';

const MODULE_CLASSES: ReadonlySet<string> = new Set(['Module', 'ModuleWrap', 'ModuleJob']);

/** What Node keeps every module in that was imported, by its URL. */
const LOADERS_MAP = 'LoadCache';

/** The same file loaded again and again: its modules stay in the parent's `children`, or in the loader's map of URLs. */
export const module: Detector = {
  name: 'module',
  diagnose(facts) {
    if (!MODULE_CLASSES.has(facts.memberClass) && facts.chain.at(-1)?.className !== LOADERS_MAP) return null;
    const files = facts.holding.samples.map((node) => fileOf(facts, node)).filter((file) => file !== null);
    const file = files.length === 0 ? null : mostFrequent(files);
    const parent = fileOf(facts, facts.holder);
    const name = file === null ? 'modules' : basename(file);
    const times = facts.holding.group.counts.at(-1) ?? 0;
    const property = facts.chain.at(-1)?.via.replace(/^[.$]/, '') ?? null;
    const isOfText = file !== null && isMade(file);
    const holder = parent === null ? '' : ` in \`${property}\` of \`${basename(parent)}\``;
    return {
      kind: 'module',
      subject: `module \`${name}\``,
      predicate: `is ${isOfText ? 'compiled from text' : 'loaded'} again and again, and every copy stays${holder}`,
      name: file === null ? 'require.cache' : name,
      className: facts.memberClass,
      property,
      container: facts.view.className(facts.holder),
      what: `copies of module \`${name}\``,
      fix: isOfText ? COMPILE_ONCE : LOAD_ONCE,
      evidence: [`${times} modules are held`, ...(parent === null ? [] : [`held by the module ${parent}`])],
      where: isOfText
        ? COMPILES
        : { ...NOWHERE, position: file === null ? null : { script: file, line: 1, column: 1 } },
    };
  },
};

const LOAD_ONCE =
  'Load it once: do not delete it from `require.cache`, and do not import it under ever new URLs.';
const COMPILE_ONCE =
  'Keep what a text was compiled to and use it again, or compile it with `vm.Script`, which no module remembers.';

/** A module that was made of a text, as of a template or a rule, has a name and no file. */
const isMade = (script: string) => {
  const file = filePath(script);
  return file === null || !existsSync(file);
};

const NOWHERE = { position: null, look: 'function', name: null, className: null } as const;
const COMPILES: Whereabouts = { ...NOWHERE, look: 'call', calls: ['_compile'], isAnywhere: true };

const NAMES = ['filename', 'url', 'id'];

/** The file a Module object, or the array of its children, belongs to. */
function fileOf(facts: Facts, node: number): string | null {
  const { view } = facts;
  const key = view.className(facts.holder) === LOADERS_MAP ? view.mapKey(facts.holder, node) : -1;
  if (key !== -1 && view.isString(key)) return view.text(key).replace(/[?#].*$/s, '');
  for (const owner of [node, facts.tree.holder[node]]) {
    const name = NAMES.map((property) => view.property(owner, property)).find(
      (text) => text !== -1 && view.isString(text),
    );
    if (name !== undefined) return view.text(name);
  }
  return null;
}
