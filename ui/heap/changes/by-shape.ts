import { NONE, shallowBytes } from '../../../analyzer/heap/index.ts';
import type { HeapGraph } from '../../../analyzer/heap/index.ts';
import { classNamer } from '../../../analyzer/model/class-names.ts';
import { interner } from '../../../analyzer/model/interner.ts';
import type { Grouper, Groups } from './grouping.ts';

/** More properties than code writes into one object: their names are keys, and every object has others. */
const DICTIONARY_PROPERTIES = 48;

const SHOWN_PROPERTIES = 8;

/** By class and own properties: of a class whose objects differ in what was put onto them, each kind for itself. */
export function byShape(groups: Groups): Grouper {
  const classes = interner();
  return (graph) => {
    const shapes = shapeReader(graph);
    const classOf = classNamer(graph, classes);
    const bytes = shallowBytes(graph);
    const objectType = graph.nodeTypeNames.indexOf('object');
    const groupByHash = new Map<number, number>();
    const groupOf = new Uint32Array(graph.nodeCount).fill(NONE);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (bytes[node] === 0) continue;
      const className = classOf(node);
      const hash = graph.nodeType[node] === objectType ? shapes.hashOf(node) : 0;
      const key = hash * CLASS_LIMIT + className;
      let group = groupByHash.get(key);
      if (group === undefined) {
        const name = classes.text(className);
        group = groups.indexOf(`${name}\0${hash}`, () => ({
          name: hash === 0 ? name : `${name} ${shapes.textOf(node)}`,
          detail: null,
        }));
        groupByHash.set(key, group);
      }
      groupOf[node] = group;
    }
    return { groupOf, bytes };
  };
}

const CLASS_LIMIT = 2 ** 21; // class and hash share a number's 53 bits

/** Property names of objects, as a number that is the same for the same names in any order and file. */
function shapeReader(graph: HeapGraph) {
  const { firstEdge, edgeType, edgeName, strings } = graph;
  const property = graph.edgeTypeNames.indexOf('property');
  const proto = strings.indexOf('__proto__');
  const hashes = new Map<number, number>(); // StringIndex -> hash of the text

  function isOwn(edge: number): boolean {
    return edgeType[edge] === property && edgeName[edge] !== proto;
  }

  return {
    /** 0 for none; all dictionaries have the same. */
    hashOf(node: number): number {
      let sum = 0;
      let count = 0;
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
        if (!isOwn(edge)) continue;
        if (++count > DICTIONARY_PROPERTIES) return DICTIONARY_HASH;
        let hash = hashes.get(edgeName[edge]);
        if (hash === undefined) {
          hash = hashOfText(strings.get(edgeName[edge]));
          hashes.set(edgeName[edge], hash);
        }
        sum = (sum + hash) >>> 0;
      }
      return count === 0 ? 0 : Math.max(sum, DICTIONARY_HASH + 1);
    },
    textOf(node: number): string {
      const names: string[] = [];
      for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++)
        if (isOwn(edge)) names.push(strings.get(edgeName[edge]).slice(0, 40));
      if (names.length > DICTIONARY_PROPERTIES) return '{… many keys}';
      const more = names.length > SHOWN_PROPERTIES ? ', …' : '';
      return `{${names.slice(0, SHOWN_PROPERTIES).join(', ')}${more}}`;
    },
  };
}

const DICTIONARY_HASH = 1;

/** FNV-1a by Fowler, Noll and Vo (1991), then mixed so that sums of hashes do not meet. */
function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
