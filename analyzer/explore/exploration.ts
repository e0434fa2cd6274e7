import { LeakwatchError } from '../error.ts';
import { childLists, openHeap } from '../heap/index.ts';
import type { ChildLists, Heap, HeapGraph, ReadOptions } from '../heap/index.ts';
import { interner } from '../model/interner.ts';
import type { Interner } from '../model/interner.ts';
import { objectView } from '../model/object-view.ts';
import type { ObjectView } from '../model/object-view.ts';
import { scriptsOf } from '../model/scripts.ts';
import type { Scripts } from '../model/scripts.ts';
import { locator } from '../source/locate.ts';
import type { Locator } from '../source/locate.ts';
import type { ScriptTexts } from '../source/source-file.ts';
import { once } from '../once.ts';
import { readReferences } from './holding-tree.ts';
import type { HoldingTree, ReferenceTable } from './holding-tree.ts';

/** One snapshot, to be asked about in the program's words. What costs time is made when it is first needed. */
export interface Exploration extends Heap {
  readonly file: string;
  readonly view: ObjectView;
  readonly scripts: Scripts;
  readonly locator: Locator;
  readonly labels: Interner;
  /** The dominator tree downwards. */
  readonly owned: ChildLists;
  readonly references: ReferenceTable;
  readonly holding: HoldingTree;
}

export interface ExploreOptions extends ReadOptions {
  /** Folder that paths are shown relative to; null shows them whole. By default the current one. */
  readonly root?: string | null;
  /** What the engine was given for scripts whose files hold something else, such as TypeScript. */
  readonly texts?: ScriptTexts;
}

/**
 * Reads a snapshot to be asked about.
 * @throws LeakwatchError that names the file it cannot use and says why
 */
export async function explore(file: string, options: ExploreOptions = {}): Promise<Exploration> {
  return explorationOf(file, await openNamed(file, options), options);
}

/** The same for a heap that is open already. */
export function explorationOf(file: string, heap: Heap, { root, texts }: ExploreOptions = {}): Exploration {
  const { graph, dominator } = heap;
  const labels = interner();
  const scripts = once(() => scriptsOf(graph));
  const lines = once(() => locator(root === undefined ? process.cwd() : root, scripts().names, texts));
  const owned = once(() => childLists(dominator));
  const read = once(() => readReferences(graph, labels));
  return {
    ...heap,
    file,
    labels,
    view: objectView(graph),
    get scripts() {
      return scripts();
    },
    get locator() {
      return lines();
    },
    get owned() {
      return owned();
    },
    get references() {
      return read().references;
    },
    get holding() {
      return read().holding;
    },
  };
}

/** Opens a heap; a fault names the file, which may be one of several. */
export async function openNamed(file: string, options: ReadOptions = {}): Promise<Heap> {
  try {
    return await openHeap(file, options);
  } catch (error) {
    if (!(error instanceof LeakwatchError) || error.message.includes(file)) throw error;
    throw new LeakwatchError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

/** NodeIndex of the object with V8's id, as DevTools shows it after an @; -1 when there is none. */
export function nodeOfId({ nodeId }: HeapGraph, id: number): number {
  return nodeId.indexOf(id);
}
