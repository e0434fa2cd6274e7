import { NONE } from '../../heap/graph.ts';
import { layoutOf } from '../../heap/layout.ts';
import type { SnapshotLayout } from '../../heap/layout.ts';
import type { NumberBatch } from '../../heap/record-batch.ts';
import { readNumbers } from '../../heap/record-batch.ts';
import { eachSection, eachString, readText } from './sections.ts';
import type { SnapshotFile } from './sections.ts';

/** What a text of a snapshot is used for; several at once. */
export const Use = {
  /** The text of a string in the program. */
  content: 1,
  /** A class, a function, a script, a variable, something of V8's. */
  name: 2,
  /** A property of an object that has few. */
  property: 4,
  /** A property of an object used as a dictionary: data. */
  key: 8,
} as const;

const STRING_TYPES = ['string', 'concatenated string', 'sliced string'];

/** As model/references.ts has it: more properties than a person writes into one object. */
const MIN_KEYS = 48;

/**
 * What each text of a snapshot is used for, in one pass over the file; needs six bytes for each object.
 * @returns StringIndex -> {@link Use}s; texts beyond its end are not used
 */
export async function stringUses(file: SnapshotFile): Promise<Uint8Array> {
  let layout: SnapshotLayout | null = null;
  let uses: StringUses | null = null;
  const wanted = new Map([
    ['Object', NONE],
    ['exports', NONE],
  ]);
  await eachSection(file, async (name, cursor) => {
    if (name === 'snapshot') {
      layout = layoutOf(JSON.parse(await readText(cursor)), null);
      uses = new StringUses(layout);
    } else if (name === 'nodes' && uses) await readNumbers(cursor, (batch) => uses!.addNodes(batch));
    else if (name === 'edges' && uses) await readNumbers(cursor, (batch) => uses!.addEdges(batch));
    else if (name === 'strings') {
      await eachString(cursor, (json, index) => {
        const text = json.length < 12 ? json.toString('latin1').slice(1, -1) : '';
        if (wanted.has(text)) wanted.set(text, index);
      });
    } else return false;
    return true;
  });
  return uses!.finish(wanted.get('Object')!, wanted.get('exports')!);
}

/** A node with so many properties that they may be keys. */
interface Large {
  readonly name: number;
  readonly properties: number[];
  /** StringIndexes of the properties over which it is held. */
  readonly heldBy: Set<number>;
}

class StringUses {
  private readonly layout: SnapshotLayout;
  private readonly isString: readonly boolean[];
  private readonly isNumbered: readonly boolean[];
  private readonly property: number;
  private readonly edgeCount: Uint32Array;
  private readonly large = new Map<number, Large>();
  private uses = new Uint8Array(1 << 16);
  private record: number[] = [];
  private node = 0;
  private edgesLeft = 0;
  private nodesRead = 0;

  constructor(layout: SnapshotLayout) {
    this.layout = layout;
    this.isString = layout.nodeTypeNames.map((name) => STRING_TYPES.includes(name));
    this.isNumbered = layout.edgeTypeNames.map((name) => name === 'element' || name === 'hidden');
    this.property = layout.edgeTypeNames.indexOf('property');
    this.edgeCount = new Uint32Array(layout.nodeCount);
  }

  addNodes({ values, count, large }: NumberBatch): null {
    const { node } = this.layout;
    for (let at = 0; at < count; at++) {
      this.record.push(large.get(at) ?? values[at]);
      if (this.record.length < node.fieldCount) continue;
      const name = this.record[node.name];
      this.mark(name, this.isString[this.record[node.type]] ? Use.content : Use.name);
      const edges = this.record[node.edgeCount];
      if (edges >= MIN_KEYS) this.large.set(this.nodesRead, { name, properties: [], heldBy: new Set() });
      if (this.nodesRead < this.edgeCount.length) this.edgeCount[this.nodesRead++] = edges;
      this.record = [];
    }
    this.edgesLeft = this.edgeCount[0];
    return null;
  }

  addEdges({ values, count }: NumberBatch): null {
    const { edge, node } = this.layout;
    for (let at = 0; at < count; at++) {
      this.record.push(values[at]);
      if (this.record.length < edge.fieldCount) continue;
      while (this.edgesLeft === 0 && this.node < this.edgeCount.length - 1)
        this.edgesLeft = this.edgeCount[++this.node];
      this.edgesLeft--;
      this.addEdge(this.record[edge.type], this.record[edge.name], this.record[edge.to] / node.fieldCount);
      this.record = [];
    }
    return null;
  }

  private addEdge(type: number, name: number, to: number): void {
    if (this.isNumbered[type]) return;
    if (type !== this.property) return this.mark(name, Use.name);
    this.large.get(to)?.heldBy.add(name);
    const holder = this.large.get(this.node);
    if (holder) holder.properties.push(name);
    else this.mark(name, Use.property);
  }

  /** Decides of the large ones, once all is known about them: what a module exports are names, however many. */
  finish(objectName: number, exportsName: number): Uint8Array {
    for (const { name, properties, heldBy } of this.large.values()) {
      const isDictionary = name === objectName && properties.length >= MIN_KEYS && !heldBy.has(exportsName);
      for (const property of properties) this.mark(property, isDictionary ? Use.key : Use.property);
    }
    return this.uses;
  }

  private mark(string: number, use: number): void {
    if (string >= this.uses.length) {
      const grown = new Uint8Array(Math.max(string + 1, 2 * this.uses.length));
      grown.set(this.uses);
      this.uses = grown;
    }
    this.uses[string] |= use;
  }
}
