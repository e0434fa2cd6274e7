/**
 * A snapshot of made-up objects with all that the rules for classes, sizes, dominators and distances tell apart: hidden nodes and
 * arrays behind objects, WeakMaps, shortcuts, what only V8 holds, plain objects of several shapes, constructors of one name,
 * detached elements, descriptors, nodes that nothing holds. The same for the same seed.
 */
const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'a type of tomorrow',
];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
/** Name and type of what is made, as often as it stands here. */
const KINDS = [
  ['Object', 'object'],
  ['Object', 'object'],
  ['Object', 'object'],
  ['Array', 'object'],
  ['User', 'object'],
  ['User', 'object'],
  ['Order', 'object'],
  ['(object elements)', 'array'],
  ['(object properties)', 'array'],
  ['system / Map', 'object shape'],
  ['system / Context', 'hidden'],
  ['system / ExternalStringData', 'native'],
  ['<div id="a" class="b">', 'native'],
  ['<span>', 'native'],
  ['Detached <p title="x">', 'native'],
  ['a "text", with {marks}', 'string'],
  ['text', 'string'],
  ['', 'concatenated string'],
  ['listener', 'closure'],
  ['', 'code'],
  ['/a+/', 'regexp'],
  ['1.5', 'number'],
  ['thing', 'symbol'],
  ['7', 'bigint'],
  ['later', 'a type of tomorrow'],
  ['(map descriptors)', 'array'],
  ['system / NativeContext', 'hidden'],
];
const PROPERTIES = [
  ['id', 'name'],
  ['id', 'name', 'a, b'],
  ['x', 'y'],
  ['state'],
  ['a'.repeat(70), 'b'.repeat(70), 'c'],
];
const FIELDS = 7;

/** mulberry32 */
function randomOf(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

class Mix {
  constructor(seed, count) {
    this.random = randomOf(seed);
    this.strings = ['<dummy>'];
    this.indexes = new Map([['<dummy>', 0]]);
    this.nodes = [];
    this.locations = [];
    this.add('', 'synthetic', 0);
    this.add('global', 'object', 64);
    this.add('(GC roots)', 'synthetic', 0);
    this.add('(Document DOM trees)', 'synthetic', 0);
    while (this.nodes.length < count) this.addRandom();
    this.link(0, 'shortcut', this.string('1'), 1);
    this.link(0, 'element', 1, 2);
    this.link(0, 'element', 2, 3);
    this.link(0, 'internal', this.string('extra'), 20 + this.random(20));
    for (let node = 1; node < count; node++) this.linkRandom(node);
    for (let pair = 0; pair < count / 20; pair++) this.addWeakMapPair();
  }

  string(text) {
    if (!this.indexes.has(text)) this.indexes.set(text, this.strings.push(text) - 1);
    return this.indexes.get(text);
  }

  add(name, type, bytes) {
    const node = { name, type, bytes, id: 2 * this.nodes.length + 1, detachedness: 0, edges: [] };
    return this.nodes.push(node) - 1;
  }

  addRandom() {
    const [name, type] = KINDS[this.random(KINDS.length)];
    const index = this.add(name, type, this.random(6) === 0 ? 0 : 8 * (1 + this.random(20)));
    if (type === 'native') this.nodes[index].detachedness = this.random(3);
    if (type === 'object' && this.random(2) === 0)
      this.locations.push([index, 10 + this.random(2), this.random(3), 4]);
  }

  link(from, type, name, to) {
    this.nodes[from].edges.push([EDGE_TYPES.indexOf(type), name, to]);
  }

  /** Another node, rather one that was made about then. */
  target(node) {
    const count = this.nodes.length;
    if (this.random(3) === 0) return 1 + this.random(count - 1);
    return Math.min(count - 1, Math.max(1, node - 10 + this.random(40)));
  }

  linkRandom(node) {
    if (this.nodes[node].name === 'Object') {
      for (const property of PROPERTIES[this.random(PROPERTIES.length)])
        this.link(node, 'property', this.string(property), this.target(node));
    }
    if (this.nodes[node].type === 'hidden')
      this.link(node, 'property', this.string('sloppy_function_map'), this.target(node));
    for (let count = this.random(5); count > 0; count--) {
      const type = EDGE_TYPES[this.random(EDGE_TYPES.length)];
      const isIndexed = type === 'element' || type === 'hidden';
      this.link(
        node,
        type,
        isIndexed ? this.random(9) : this.string(`${type}${this.random(4)}`),
        this.target(node),
      );
    }
  }

  /** The edge to a value twice, as V8 writes it: from the key and from the table. */
  addWeakMapPair() {
    const [key, value, table] = [0, 0, 0].map(() => 4 + this.random(this.nodes.length - 4));
    const at = (node) => `(${this.nodes[node].name} @${this.nodes[node].id})`;
    const rest = ` / part of key ${at(key)} -> value ${at(value)} pair in WeakMap (table @${this.nodes[table].id})`;
    this.link(key, 'internal', this.string(`${1 + this.random(9)}${rest}`), value);
    this.link(table, 'internal', this.string(`${1 + this.random(9)}${rest}`), value);
  }

  /** @param changed the share of nodes that are others in a later snapshot, in percent */
  text(changed) {
    const isChanged = randomOf(changed);
    const edges = this.nodes.flatMap((node) => node.edges);
    const meta = {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
      node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    };
    return JSON.stringify({
      snapshot: { meta, node_count: this.nodes.length, edge_count: edges.length, trace_function_count: 0 },
      nodes: this.nodes.flatMap(({ name, type, bytes, id, detachedness, edges: own }, index) => [
        NODE_TYPES.indexOf(type),
        this.string(name),
        index > 3 && isChanged(100) < changed ? id + 100_000 : id,
        bytes,
        own.length,
        0,
        detachedness,
      ]),
      edges: edges.flatMap(([type, name, to]) => [type, name, to * FIELDS]),
      trace_function_infos: [],
      trace_tree: [],
      samples: [],
      locations: this.locations.flatMap(([index, ...place]) => [index * FIELDS, ...place]),
      strings: this.strings,
    });
  }
}

/** @returns the texts of a snapshot of `count` nodes, and of a later one in which every tenth object is another */
export function mixedSnapshots(seed, count) {
  const mix = new Mix(seed, count);
  mix.text(0); // names every node
  return [mix.text(0), mix.text(10)];
}

const [, script, seed, count, file, laterFile] = process.argv;
if (script?.endsWith('make-mixed.mjs')) {
  const { writeFileSync } = await import('node:fs');
  const [text, later] = mixedSnapshots(Number(seed), Number(count));
  writeFileSync(file, text);
  writeFileSync(laterFile, later);
}
