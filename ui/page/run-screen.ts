import type { RunOverview } from '../api.ts';
import { el } from './dom.ts';
import type { Route } from './route.ts';
import type { RunSource } from './source.ts';
import { stallsScreen } from './stalls-screen.ts';

export type RunScreenRoute = Extract<Route, { screen: 'stalls' }>;

interface ScreenSpec<Of extends RunScreenRoute> {
  readonly title: string;
  /** The content, complete when its data has come. */
  readonly content: (source: RunSource, route: Of) => Promise<HTMLElement>;
  /** Changes whenever the content would. */
  readonly state: (run: RunOverview) => unknown;
}

const SCREENS: { readonly [Name in RunScreenRoute['screen']]: ScreenSpec<Extract<Route, { screen: Name }>> } =
  {
    stalls: {
      title: 'Stalls',
      content: (source, { place }) => stallsScreen(source, place),
      state: ({ processes }) => processes.map(({ stallCount, stalledMs }) => [stallCount, stalledMs]),
    },
  };

/** A screen about the whole run, drawn again when the run goes on. */
export interface RunScreen {
  readonly element: HTMLElement;
  /** Draws what is new in the run, when anything is that this screen shows. */
  follow(run: RunOverview): void;
}

export function runScreen(source: RunSource, route: RunScreenRoute): RunScreen {
  const { title, content, state } = SCREENS[route.screen];
  const body = el('div', { class: 'content' }, el('p', { class: 'progress' }, 'Asking…'));
  const element = el(
    'section',
    { class: 'screen', 'aria-labelledby': 'screen-title' },
    el('header', {}, el('h1', { id: 'screen-title', tabindex: -1 }, title)),
    body,
  );
  let shown: string | null = null;
  const draw = async () => {
    try {
      body.replaceChildren(await content(source, route));
    } catch (error) {
      body.replaceChildren(el('p', { class: 'problem', role: 'alert' }, (error as Error).message));
    }
  };
  void draw();
  return {
    element,
    follow(run) {
      const now = JSON.stringify(state(run));
      if (shown !== null && shown !== now) void draw();
      shown = now;
    },
  };
}
