import type { PathTrie } from '../../../analyzer/growth/path-trie.ts';
import type { Interner } from '../../../analyzer/model/interner.ts';
import { DICTIONARY_LABEL, ELEMENT_LABEL, KEY_LABEL } from '../../../analyzer/model/labels.ts';

/** Steps that are the engine's way and not the program's. */
const SILENT = /^\((?!reaction|timer)/;

/** The chain of names to a path as one would write it in code: `shop.sessions[…].user`. */
export function pathText(trie: PathTrie, labels: Interner, path: number): string {
  const steps: string[] = [];
  for (let at = path; at !== trie.root; at = trie.parent(at)) steps.push(stepText(labels, trie, at));
  return steps
    .toReversed()
    .join('')
    .replace(/^[. ›]+/, '');
}

function stepText(labels: Interner, trie: PathTrie, path: number): string {
  const label = labels.text(trie.label(path));
  if (label === ELEMENT_LABEL || label === DICTIONARY_LABEL) return '[…]';
  if (label === KEY_LABEL) return '[key]';
  if (label.startsWith('$')) return ` › ${label.slice(1)}`;
  if (label.startsWith('.')) return label;
  const className = labels.text(trie.className(path));
  return label === '' || SILENT.test(label) ? silentStep(className) : ` › ${label}`;
}

/** Only what a person would recognise. */
function silentStep(className: string): string {
  return className === '' || className === 'scope' || className.startsWith('(') ? '' : ` › ${className}`;
}
