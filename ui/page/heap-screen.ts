import type { SnapshotFile } from '../heap/questions.ts';
import { changesScreen } from './changes-screen.ts';
import { button, el } from './dom.ts';
import { bytes, dateAndClock, percent } from './format.ts';
import type { HeapSource } from './heap-source.ts';
import { objectScreen } from './object-screen.ts';
import { objectsScreen } from './objects-screen.ts';
import { ownersScreen } from './owners-screen.ts';
import { heapAddress } from './route.ts';
import type { HeapPlace, HeapScreenName } from './route.ts';
import { thingsScreen } from './things-screen.ts';

/** What a screen over a snapshot is given. */
export interface HeapView {
  readonly heap: HeapSource;
  readonly file: string;
  readonly snapshots: readonly SnapshotFile[];
  readonly place: HeapPlace;
}

/** A screen's content, complete when its data has come. */
export type HeapScreen = (view: HeapView) => Promise<HTMLElement>;

const SCREENS: Readonly<Record<HeapScreenName, readonly [title: string, screen: HeapScreen]>> = {
  owners: ['Owners', ownersScreen],
  changes: ['What changed', changesScreen],
  objects: ['Objects', objectsScreen],
  object: ['Object', objectScreen],
  things: ['Node’s own things', thingsScreen],
};

/** The frame around such a screen: which snapshot, how far its reading is, and what went wrong. */
export function heapScreen(heap: HeapSource, name: HeapScreenName, place: HeapPlace): HTMLElement {
  const [title, screen] = SCREENS[name];
  const chooser = el('div', { class: 'chooser' });
  const content = el('div', { class: 'content' });
  const section = el(
    'section',
    { class: 'heap', 'aria-labelledby': 'heap-title' },
    el('header', {}, el('h1', { id: 'heap-title', tabindex: -1 }, title), chooser),
    content,
  );
  void fill();
  return section;

  async function fill(): Promise<void> {
    content.replaceChildren(progress(heap));
    try {
      const snapshots = await heap.snapshots();
      if (snapshots.length === 0) return content.replaceChildren(noSnapshots());
      const { file: latest } = snapshots.findLast(({ isReported }) => isReported) ?? snapshots.at(-1)!;
      const file = place.file || latest;
      if (name !== 'changes') chooser.replaceChildren(...snapshotChooser(snapshots, file, name));
      content.replaceChildren(await screen({ heap, file, snapshots, place }));
    } catch (error) {
      content.replaceChildren(el('p', { class: 'problem', role: 'alert' }, (error as Error).message));
    }
  }
}

function noSnapshots(): HTMLElement {
  const captures = el('a', { href: '#/captures' }, 'Captures');
  return el(
    'p',
    { class: 'lead' },
    'There is no heap snapshot of this run. While it goes on, ',
    captures,
    ' takes one.',
  );
}

function progress(heap: HeapSource): HTMLElement {
  const told = el('span', { role: 'status' }, 'Reading the snapshot…');
  heap.onProgress(
    (share) => (told.textContent = `Reading the snapshot… ${percent(Math.round(share * 100))}`),
  );
  return el(
    'p',
    { class: 'progress' },
    told,
    button('Stop', { class: 'quiet' }, () => void heap.cancel()),
  );
}

function snapshotChooser(
  snapshots: readonly SnapshotFile[],
  chosen: string,
  name: HeapScreenName,
): HTMLElement[] {
  const select = el(
    'select',
    { 'aria-label': 'Snapshot' },
    ...snapshots.map(({ file, fileBytes, takenAt }) =>
      el(
        'option',
        { value: file, selected: file === chosen },
        `${dateAndClock(takenAt)} · ${bytes(fileBytes)} · ${file}`,
      ),
    ),
  );
  const screen = name === 'object' ? 'objects' : name; // another snapshot has other objects
  select.addEventListener('change', () => (location.hash = heapAddress(screen, { file: select.value })));
  return [select];
}
