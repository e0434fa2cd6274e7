import type { PathTrie } from '../growth/path-trie.ts';
import type { Interner } from '../model/interner.ts';
import { OUTER_SCOPE_LABEL, SCOPE_LABEL } from '../model/labels.ts';

const MAX_STEPS = 8; // of a path, counted from its end; what comes before is how Node itself is held

/** What no program calls by name. */
const SILENT_CLASSES: readonly string[] = ['', 'scope'];

/** `global.process.mainModule.exports.cache[…]`: the references over which a path is reached, from the root on. */
export function pathText(trie: PathTrie, labels: Interner, path: number): string {
  const steps: string[] = [];
  let at = path;
  for (; at !== 0 && steps.length < MAX_STEPS; at = trie.parent(at)) {
    const label = labels.text(trie.label(at));
    const className = at === path ? '' : labels.text(trie.className(at)); // its own is told beside it
    const step = stepText(label, className);
    if (step !== '') steps.unshift(step);
  }
  return `${at === 0 ? '' : '…'}${steps.join('').replace(/^[ ›]+/, '')}`;
}

function stepText(label: string, className: string): string {
  if (label === SCOPE_LABEL || label === OUTER_SCOPE_LABEL) return '';
  if (label === '(root)' || label === '') return SILENT_CLASSES.includes(className) ? '' : ` › ${className}`;
  if (label.startsWith('.')) return label.startsWith('.<') ? `[${label.slice(1)}]` : label;
  if (label.startsWith('$')) return ` ${label.slice(1)}`;
  return label.startsWith('[') || label.startsWith('{') ? '[…]' : ` ${label}`;
}
