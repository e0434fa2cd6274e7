import { basename } from 'node:path';
import type { Detector } from './detector.ts';
import type { Facts } from './facts.ts';
import { mostFrequent } from './facts.ts';

const MODULE_CLASSES: ReadonlySet<string> = new Set(['Module', 'ModuleWrap', 'ModuleJob']);

/** The same file loaded again and again: its modules stay in the parent's `children`, or in the loader's map of URLs. */
export const module: Detector = {
  name: 'module',
  diagnose(facts) {
    if (!MODULE_CLASSES.has(facts.memberClass)) return null;
    const files = facts.holding.samples.map((node) => fileOf(facts, node)).filter((file) => file !== null);
    const file = files.length === 0 ? null : mostFrequent(files);
    const parent = fileOf(facts, facts.holder);
    const name = file === null ? 'modules' : basename(file);
    const times = facts.holding.group.counts.at(-1) ?? 0;
    return {
      kind: 'module',
      subject: `module \`${name}\``,
      predicate: `is loaded again and again${parent === null ? '' : ` by \`${basename(parent)}\``}, and every copy stays`,
      name: file === null ? 'require.cache' : name,
      className: facts.memberClass,
      property: facts.chain.at(-1)?.via.replace(/^[.$]/, '') ?? null,
      container: facts.view.className(facts.holder),
      what: `copies of module \`${name}\``,
      fix: 'Load it once: do not delete it from `require.cache`, and do not import it under ever new URLs.',
      evidence: [`${times} modules are held`, ...(parent === null ? [] : [`held by the module ${parent}`])],
      where: {
        position: file === null ? null : { script: file, line: 1, column: 1 },
        look: 'function',
        name: null,
        className: null,
      },
    };
  },
};

/** The file a Module object, or the array of its children, belongs to. */
function fileOf(facts: Facts, node: number): string | null {
  const { view } = facts;
  for (const owner of [node, facts.tree.holder[node]]) {
    const name = [view.property(owner, 'filename'), view.property(owner, 'url')].find((text) => text !== -1);
    if (name !== undefined && view.isString(name)) return view.graph.strings.get(view.graph.nodeName[name]);
  }
  return null;
}
