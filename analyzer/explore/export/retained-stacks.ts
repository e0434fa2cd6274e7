import { NONE } from '../../heap/graph.ts';
import { Role, nodeRoles } from '../../model/roles.ts';
import { isRootCategory } from '../../model/ranks.ts';
import type { SourceLocation } from '../../report.ts';
import { viaOf } from '../../trace.ts';
import { cut } from '../cut.ts';
import type { Exploration } from '../exploration.ts';
import { declaredAt, objectName } from '../object-name.ts';

/** Objects of one class that are owned alike, as a profiler shows a function that is called alike. */
export interface Frame {
  /** FrameIndex of the owner's; the root is its own. */
  readonly parent: number;
  /** `.sessions Map`: how the owner holds it, and its class. */
  readonly name: string;
  readonly location: SourceLocation | null;
  /** Of these objects alone; with all below them it is what they retain. */
  readonly selfBytes: number;
  readonly selfObjects: number;
}

/** Deeper than this, and in less than this share of the heap, objects count where their owner does. */
const MAX_DEPTH = 100;
const MIN_SHARE = 1e-5;

/** What nobody owns alone is named as findings name it, when it is worth the search. */
const MIN_NAMED_SHARE = 1e-3;

/** A class below itself within so many steps is a list or a tree, and one frame. */
const MAX_PERIOD = 6;

/**
 * The dominator tree as stacks: who owns whom, objects of one class below one owner taken together, V8's own storage counted to
 * the object it belongs to. The sum of all bytes is that of the heap.
 */
export function retainedStacks(exploration: Exploration): Frame[] {
  return new StackBuilder(exploration).build();
}

type Growing = { -readonly [Field in keyof Frame]: Frame[Field] } & { readonly depth: number };

class StackBuilder {
  private readonly exploration: Exploration;
  private readonly roles: Uint8Array;
  private readonly frames: Growing[] = [];
  private readonly childByName = new Map<string, number>(); // FrameIndex and name -> FrameIndex
  private readonly frameOf: Uint32Array; // NodeIndex -> FrameIndex
  private readonly minBytes: number;

  constructor(exploration: Exploration) {
    this.exploration = exploration;
    this.roles = nodeRoles(exploration.graph);
    this.frameOf = new Uint32Array(exploration.graph.nodeCount);
    this.minBytes = exploration.retained[0] * MIN_SHARE;
    this.frames.push({ parent: 0, name: '(heap)', location: null, selfBytes: 0, selfObjects: 0, depth: 0 });
  }

  /** Owners come before what they own. */
  build(): Frame[] {
    const { owned, shallow, dominator } = this.exploration;
    const waiting = [0];
    while (waiting.length > 0) {
      const node = waiting.pop()!;
      const frame = node === 0 ? 0 : this.frameBelow(this.frameOf[dominator[node]], node);
      this.frameOf[node] = frame;
      this.frames[frame].selfBytes += shallow[node];
      this.frames[frame].selfObjects++;
      for (let child = owned.firstChild[node]; child !== NONE; child = owned.nextSibling[child])
        waiting.push(child);
    }
    return this.frames.map(({ depth: _depth, ...frame }) => frame);
  }

  private frameBelow(parent: number, node: number): number {
    const { retained, graph } = this.exploration;
    if (this.roles[node] === Role.storage || (retained[node] < this.minBytes && this.isFew(node)))
      return parent;
    if (isRootCategory(graph, node) || this.frames[parent].depth >= MAX_DEPTH) return parent;
    const known =
      parent === 0 && retained[node] >= retained[0] * MIN_NAMED_SHARE
        ? objectName(this.exploration, node)
        : null;
    const name = this.nameOf(node) + (known === null || known.name === '' ? '' : ` ${known.name}`);
    let above = parent;
    for (let step = 0; step < MAX_PERIOD && above !== 0; step++, above = this.frames[above].parent)
      if (this.frames[above].name === name) return above;
    const key = `${parent} ${name}`;
    let frame = this.childByName.get(key);
    if (frame === undefined) {
      frame =
        this.frames.push({
          parent,
          name,
          location: known?.location ?? this.locationOf(node),
          selfBytes: 0,
          selfObjects: 0,
          depth: this.frames[parent].depth + 1,
        }) - 1;
      this.childByName.set(key, frame);
    }
    return frame;
  }

  /** Many small ones below one owner are as large as a large one. */
  private isFew(node: number): boolean {
    const { retained, dominator } = this.exploration;
    return retained[dominator[node]] < this.minBytes;
  }

  private nameOf(node: number): string {
    const { view, holding, dominator, labels, classes } = this.exploration;
    if (this.roles[node] === Role.engine) return '(code and hidden classes)';
    const isClosure = view.isClosure(node);
    const own = isClosure ? `function ${view.className(node)}` : classes.classNames[classes.classOf[node]];
    const via =
      holding.holder[node] === this.ownerOf(dominator[node]) ? viaOf(labels.text(holding.via[node])) : '';
    return cut(
      `${via === '' ? '' : `${via} `}${own === 'system / Context' ? 'scope' : own || 'object'}`.trim(),
      MAX_NAME,
    );
  }

  /** The object that a storage belongs to. */
  private ownerOf(node: number): number {
    let owner = node;
    while (owner !== 0 && this.roles[owner] === Role.storage) owner = this.exploration.dominator[owner];
    return owner;
  }

  private locationOf(node: number): SourceLocation | null {
    return this.roles[node] === Role.engine ? null : declaredAt(this.exploration, node);
  }
}

const MAX_NAME = 160;
