import type { Marker } from '../api.ts';
import { button, el } from './dom.ts';
import { clock } from './format.ts';
import type { TimeView } from './time-view.ts';

const SIGNS: Readonly<Record<Marker['kind'], string>> = {
  snapshot: '◆',
  trigger: '◇',
  profile: '◷',
  stall: '▬',
  listening: '▸',
  mark: '●',
  notice: '!',
  end: '■',
};

/** What happened, as buttons above the charts at the place of its time. */
export function markerStrip(
  onChoose: (marker: Marker) => void,
  linkOf: (marker: Marker) => { readonly text: string; readonly address: string } | null,
) {
  const track = el('div', { class: 'track' });
  const told = el('p', { class: 'told', role: 'status' });
  const element = el('div', { class: 'markers', role: 'group', 'aria-label': 'Events' }, track, told);
  return {
    element,
    show(markers: readonly Marker[], { from, to }: TimeView): void {
      track.replaceChildren(
        ...markers
          .filter(({ at }) => at >= from && at <= to)
          .map((marker) => {
            const text = `${clock(marker.at)} ${markerText(marker)}`;
            const sign = button(
              el('span', { 'aria-hidden': 'true' }, SIGNS[marker.kind]),
              { 'data-kind': marker.kind, title: text, 'aria-label': text },
              () => {
                const link = linkOf(marker);
                told.replaceChildren(
                  text,
                  ...(link ? [' · ', el('a', { href: link.address }, link.text)] : []),
                );
                onChoose(marker);
              },
            );
            sign.style.left = `${(100 * (marker.at - from)) / (to - from)}%`;
            return sign;
          }),
      );
    },
  };
}

function markerText({ text, hidden }: Marker): string {
  return hidden > 0 ? `${text}, and ${hidden} more` : text;
}
