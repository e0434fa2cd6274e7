import type { LoadedSnapshot } from './loaded-snapshot.ts';

/** Nodes of the class, largest retained size first. */
export function instances(snapshot: LoadedSnapshot, key: string): Uint32Array {
  const { classes, shallow } = snapshot;
  const wanted = classes.classKeys.indexOf(key);
  return largestFirst(snapshot, (node) => classes.classOf[node] === wanted && shallow[node] > 0);
}

/** By `@id` exactly, otherwise by name or class, largest retained size first. */
export function matches(snapshot: LoadedSnapshot, text: string): Uint32Array {
  const { graph, classes } = snapshot;
  const id = /^@(\d+)$/.exec(text)?.[1];
  if (id !== undefined) return largestFirst(snapshot, (node) => graph.nodeId[node] === Number(id));
  const nameFits = memo((name) => contains(graph.strings.get(name), text));
  const classFits = memo((index) => contains(classes.classNames[index], text));
  return largestFirst(snapshot, (node) => nameFits(graph.nodeName[node]) || classFits(classes.classOf[node]));
}

/** What the node alone keeps alive, one step down, largest first. */
export function dominatedBy(
  { firstChild, nextSibling, retained }: LoadedSnapshot,
  node: number,
): Uint32Array {
  const children: number[] = [];
  for (let child = firstChild[node]; child < firstChild.length; child = nextSibling[child])
    children.push(child);
  return Uint32Array.from(children.toSorted((one, other) => retained[other] - retained[one]));
}

/** Its dominators, from the root down to the node itself. */
export function ownersOf({ dominator }: LoadedSnapshot, node: number): number[] {
  const chain = [node];
  for (let owner = node; owner !== 0;) chain.push((owner = dominator[owner]));
  return chain.toReversed();
}

/** Whether the part is in the text, in whatever case. */
export function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function largestFirst({ graph, retained }: LoadedSnapshot, fits: (node: number) => boolean): Uint32Array {
  const found: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) if (fits(node)) found.push(node);
  return Uint32Array.from(found.toSorted((one, other) => retained[other] - retained[one]));
}

function memo(test: (index: number) => boolean): (index: number) => boolean {
  const known = new Map<number, boolean>();
  return (index) => {
    let value = known.get(index);
    if (value === undefined) known.set(index, (value = test(index)));
    return value;
  };
}
