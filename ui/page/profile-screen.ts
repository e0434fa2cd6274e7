import type { ProfileNode, ProfileView } from '../api.ts';
import { el } from './dom.ts';
import { flame } from './flame.ts';
import { frameName, ownerOf, placeOf } from './flame-tree.ts';
import type { FlameNode } from './flame-tree.ts';
import { bytes, milliseconds } from './format.ts';
import { outOfReach } from './out-of-reach.ts';
import type { RunSource } from './source.ts';

/** A profile: where the time went or who allocated what is alive, and of a CPU profile the calls one after the other. */
export async function profileScreen(source: RunSource, file: string): Promise<HTMLElement> {
  const { actions } = source;
  if (actions === null) return el('p', { class: 'problem' }, outOfReach('Profiles are', source));
  const view = await actions.profileView(file);
  return el(
    'div',
    {},
    el('p', { class: 'lead' }, el('code', {}, view.file), summary(view)),
    el(
      'section',
      { class: 'panel' },
      el('h2', {}, view.kind === 'cpu' ? 'Where the time went' : 'Who allocated what is alive'),
      el('p', { class: 'note' }, 'Callers above, what they called below, the largest first.'),
      flame(drawable(view.merged), { label: 'Calls', format: formatOf(view) }),
    ),
    callsInOrder(view, 'From left to right as it happened; gaps are idle time.'),
  );
}

function summary({ kind, total }: ProfileView): string {
  return kind === 'cpu'
    ? ` · ${milliseconds(total / 1000)}`
    : ` · ${bytes(total)} of what is alive was sampled`;
}

function formatOf({ kind }: ProfileView): (value: number) => string {
  return kind === 'cpu' ? (micros) => milliseconds(micros / 1000) : bytes;
}

/** The calls of a CPU profile from left to right as they happened. */
export function callsInOrder(view: ProfileView, note: string): HTMLElement | null {
  return (
    view.inOrder &&
    el(
      'section',
      { class: 'panel' },
      el('h2', {}, 'One after the other'),
      el('p', { class: 'note' }, note),
      flame(drawable(view.inOrder), { label: 'Calls in their order', format: formatOf(view) }),
    )
  );
}

function drawable({ frame, start, value, children }: ProfileNode): FlameNode {
  const place = placeOf(frame);
  return {
    name: frameName(frame),
    place,
    owner: ownerOf(frame),
    start,
    value,
    children: children.map(drawable),
  };
}
