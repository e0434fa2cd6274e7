import type { Marker } from '../api.ts';
import { button, el } from './dom.ts';
import { clock, dateAndClock } from './format.ts';
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

const KIND_NAMES: Readonly<Record<Marker['kind'], string>> = {
  snapshot: 'snapshot',
  trigger: 'snapshot refused',
  profile: 'profile',
  stall: 'stall',
  listening: 'listens',
  mark: 'mark',
  notice: 'notice',
  end: 'end',
};

const DAY_MS = 86_400_000;

/** What happened, as buttons above the charts at the place of its time; one stop for the keyboard, with arrows between them. */
export function markerStrip(
  onChoose: (marker: Marker) => void,
  linkOf: (marker: Marker) => { readonly text: string; readonly address: string } | null,
) {
  const track = el('div', { class: 'track' });
  const told = el('p', { class: 'told', role: 'status' });
  const key = el('p', { class: 'key' });
  const element = el(
    'div',
    { class: 'markers', role: 'group', 'aria-label': 'Events: arrows move' },
    track,
    key,
    told,
  );
  let signs: { readonly name: string; readonly button: HTMLButtonElement }[] = [];
  let reached = ''; // the name of the sign on which the keyboard is or was

  track.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = signs.findIndex(({ button: sign }) => sign === event.target);
    if (step === undefined || !signs[at + step]) return;
    event.preventDefault();
    signs[at + step].button.focus();
  });

  function signOf(marker: Marker, text: string): HTMLButtonElement {
    const attributes = { 'data-kind': marker.kind, title: text, 'aria-label': text, tabindex: -1 };
    const sign = button(el('span', { 'aria-hidden': 'true' }, SIGNS[marker.kind]), attributes, () => {
      const link = linkOf(marker);
      told.replaceChildren(text, ...(link ? [' · ', el('a', { href: link.address }, link.text)] : []));
      onChoose(marker);
    });
    sign.addEventListener('focus', () => {
      reached = nameOf(marker);
      makeReachable();
    });
    return sign;
  }

  /** The keyboard comes to the sign on which it was before, or else to the first. */
  function makeReachable(): HTMLButtonElement | undefined {
    const chosen = signs.find(({ name }) => name === reached) ?? signs.at(0);
    for (const { button: sign } of signs) sign.tabIndex = sign === chosen?.button ? 0 : -1;
    return chosen?.button;
  }

  return {
    element,
    show(markers: readonly Marker[], { from, to }: TimeView): void {
      const hadFocus = track.contains(document.activeElement);
      const time = to - from > DAY_MS ? dateAndClock : clock;
      signs = markers
        .filter(({ at }) => at >= from && at <= to)
        .map((marker) => {
          const sign = signOf(marker, `${time(marker.at)} ${markerText(marker)}`);
          sign.style.left = `${(100 * (marker.at - from)) / (to - from)}%`;
          return { name: nameOf(marker), button: sign };
        });
      key.replaceChildren(...keyOf(markers));
      track.replaceChildren(...signs.map(({ button: sign }) => sign));
      const reachable = makeReachable();
      if (hadFocus) reachable?.focus();
    },
  };
}

function nameOf({ kind, at }: Marker): string {
  return `${kind} ${at}`;
}

/** What the signs that are there mean. */
function keyOf(markers: readonly Marker[]): HTMLElement[] {
  const there = new Set(markers.map(({ kind }) => kind));
  return (Object.keys(SIGNS) as Marker['kind'][])
    .filter((kind) => there.has(kind))
    .map((kind) =>
      el(
        'span',
        { 'data-kind': kind },
        el('i', { 'aria-hidden': 'true' }, SIGNS[kind]),
        ` ${KIND_NAMES[kind]}`,
      ),
    );
}

function markerText({ text, hidden }: Marker): string {
  return hidden > 0 ? `${text}, and ${hidden} more` : text;
}
