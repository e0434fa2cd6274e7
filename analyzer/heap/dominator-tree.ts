import { NONE } from './graph.ts';

/** The dominator tree downwards: the children of a node are firstChild[node] and its chain of nextSibling, up to NONE. */
export interface ChildLists {
  readonly firstChild: Uint32Array; // NodeIndex -> NodeIndex | NONE
  readonly nextSibling: Uint32Array; // NodeIndex -> NodeIndex | NONE
}

/** @param dominator NodeIndex -> NodeIndex, from immediateDominators; children come in ascending order */
export function childLists(dominator: Uint32Array): ChildLists {
  const firstChild = new Uint32Array(dominator.length).fill(NONE);
  const nextSibling = new Uint32Array(dominator.length).fill(NONE);
  for (let node = dominator.length - 1; node > 0; node--) {
    nextSibling[node] = firstChild[dominator[node]];
    firstChild[dominator[node]] = node;
  }
  return { firstChild, nextSibling };
}
