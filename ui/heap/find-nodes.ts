import { keyWithoutScript } from '../../analyzer/explore/groupings.ts';
import type { HeapGraph } from '../../analyzer/heap/index.ts';
import type { LoadedSnapshot } from './loaded-snapshot.ts';
import { RankedNodes } from './ranked-nodes.ts';

/** Objects of the class; its key may be one that was seen in another process. */
export function instances({ graph, classes, shallow, retained }: LoadedSnapshot, key: string): RankedNodes {
  const { classOf, classKeys } = classes;
  const exact = classKeys.indexOf(key);
  const fits = classKeys.map((one, index) =>
    exact === -1 ? keyWithoutScript(one) === key : index === exact,
  );
  return new RankedNodes(
    nodesThat(graph, (node) => fits[classOf[node]] && shallow[node] > 0),
    retained,
  );
}

/** The object of an `@id`, otherwise those whose name, text or class contains the text in whatever case. */
export function matches({ graph, classes, retained }: LoadedSnapshot, text: string): RankedNodes {
  const id = /^@(\d+)$/.exec(text)?.[1];
  if (id !== undefined) return new RankedNodes(withId(graph, Number(id)), retained);
  const { nodeName, strings } = graph;
  const { classOf, classNames } = classes;
  const part = text.toLowerCase();
  const nameFits = strings.containing(text);
  const classFits = Uint8Array.from(classNames, (name) => (name.toLowerCase().includes(part) ? 1 : 0));
  return new RankedNodes(
    nodesThat(graph, (node) => (nameFits[nodeName[node]] | classFits[classOf[node]]) === 1),
    retained,
  );
}

/** What the node alone keeps alive, one step down. */
export function dominatedBy(
  { firstChild, nextSibling, retained }: LoadedSnapshot,
  node: number,
): RankedNodes {
  let count = 0;
  for (let child = firstChild[node]; child < firstChild.length; child = nextSibling[child]) count++;
  const children = new Uint32Array(count);
  let next = firstChild[node];
  for (let i = 0; i < count; i++) {
    children[i] = next;
    next = nextSibling[next];
  }
  return new RankedNodes(children, retained);
}

function withId({ nodeId }: HeapGraph, id: number): Uint32Array {
  const node = nodeId.indexOf(id);
  return node === -1 ? new Uint32Array() : Uint32Array.of(node);
}

function nodesThat({ nodeCount }: HeapGraph, fits: (node: number) => boolean): Uint32Array {
  const found = new Uint32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) if (fits(node)) found[count++] = node;
  return found.slice(0, count);
}
