import { typeIndex } from '../heap/index.ts';
import type { ChildLists, Heap } from '../heap/index.ts';

/** Objects of the class of exactly this name, or else of those whose name contains it, largest retained size first. */
export function instancesOf(heap: Heap, name: string): Uint32Array {
  const { classes, shallow, graph } = heap;
  const isExact = classes.classNames.includes(name);
  const fits = classes.classNames.map((one) => (isExact ? one === name : contains(one, name)));
  const found = largestFirst(heap, (node) => fits[classes.classOf[node]] && shallow[node] > 0);
  if (found.length > 0) return found;
  const closure = typeIndex(graph).node.closure;
  const named = graph.strings.indexOf(name);
  return largestFirst(heap, (node) => graph.nodeType[node] === closure && graph.nodeName[node] === named);
}

/** Strings whose text contains this one as it is written, largest retained size first. */
export function stringsWith(heap: Heap, text: string): Uint32Array {
  const { graph } = heap;
  const types = typeIndex(graph).node;
  const fits = memo(graph.strings.count, (name) => graph.strings.get(name).includes(text));
  return largestFirst(heap, (node) => {
    const type = graph.nodeType[node];
    return (type === types.string || type === types['sliced string']) && fits(graph.nodeName[node]);
  });
}

/** What the node alone keeps alive, one step down, largest first. */
export function dominatedBy(
  { firstChild, nextSibling, retained }: ChildLists & Pick<Heap, 'retained'>,
  node: number,
): Uint32Array {
  const children: number[] = [];
  for (let child = firstChild[node]; child < firstChild.length; child = nextSibling[child])
    children.push(child);
  return Uint32Array.from(children.toSorted((one, other) => retained[other] - retained[one]));
}

/** Its dominators, from the root down to the node itself. */
export function ownersOf({ dominator }: Pick<Heap, 'dominator'>, node: number): number[] {
  const chain = [node];
  for (let owner = node; owner !== 0;) chain.push((owner = dominator[owner]));
  return chain.toReversed();
}

/** Whether the part is in the text, in whatever case. */
export function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function largestFirst({ graph, retained }: Heap, fits: (node: number) => boolean): Uint32Array {
  const found: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) if (fits(node)) found.push(node);
  return Uint32Array.from(found.toSorted((one, other) => retained[other] - retained[one]));
}

/** The test, run once per index below `count`. */
function memo(count: number, test: (index: number) => boolean): (index: number) => boolean {
  const known = new Uint8Array(count); // index -> 0 not asked yet, 1 no, 2 yes
  return (index) => {
    if (known[index] === 0) known[index] = test(index) ? 2 : 1;
    return known[index] === 2;
  };
}
