/**
 * A heap snapshot as columns. Nodes and edges are numbers: the edges of node n are firstEdge[n] ..< firstEdge[n + 1],
 * in the order V8 wrote them. Node 0 is the root. Nobody but the parser knows V8's record layout.
 */
export interface HeapGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** The names `meta` gives, in its order; a type the file's V8 added later is just another name. */
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeNames: readonly string[];
  readonly nodeType: Uint8Array; // NodeIndex -> index in nodeTypeNames
  readonly nodeName: Uint32Array; // NodeIndex -> StringIndex
  readonly nodeId: Uint32Array; // NodeIndex -> V8's id, odd for JavaScript objects
  readonly selfSize: Uint32Array | Float64Array; // NodeIndex -> bytes, as written in the file
  readonly detachedness: Uint8Array | null; // NodeIndex -> 0 unknown, 1 attached, 2 detached | null: not in the file
  readonly firstEdge: Uint32Array; // NodeIndex (+ 1) -> EdgeIndex
  readonly edgeType: Uint8Array; // EdgeIndex -> index in edgeTypeNames
  readonly edgeName: Uint32Array; // EdgeIndex -> element index for element and hidden edges, StringIndex for others
  readonly edgeTo: Uint32Array; // EdgeIndex -> NodeIndex
  readonly locations: LocationTable;
  readonly strings: StringTable;
  /** Bytes outside V8's heap that the file reports as one number (V8 12 and later); 0 when it doesn't. */
  readonly extraNativeBytes: number;
}

/** Source positions by node; `node` is sorted. */
export interface LocationTable {
  readonly count: number;
  readonly node: Uint32Array; // LocationIndex -> NodeIndex, ascending
  readonly scriptId: Uint32Array;
  readonly line: Uint32Array; // 0-based
  readonly column: Uint32Array; // 0-based
}

/** Strings are kept as bytes and decoded when asked for. */
export interface StringTable {
  readonly count: number;
  get(stringIndex: number): string;
  /** The StringIndex of this exact text, or -1. */
  indexOf(text: string): number;
  /** The StringIndexes of all texts that contain this one, which must be ASCII without quotes and backslashes; ascending. */
  indexesContaining(text: string): number[];
  /** Which texts contain this one in whatever case, without decoding more than must be: StringIndex -> 1 | 0. */
  containing(text: string): Uint8Array;
}

/** No such node, edge, string or type: larger than any index. */
export const NONE = 0xffffffff;
