import type { RunOverview } from '../api.ts';
import { capturesScreen } from './captures-screen.ts';
import { el } from './dom.ts';
import { profileScreen } from './profile-screen.ts';
import type { Route } from './route.ts';
import type { RunSource } from './source.ts';
import { stallsScreen } from './stalls-screen.ts';

export type RunScreenRoute = Extract<Route, { screen: 'stalls' | 'captures' | 'profile' }>;

/** The run as it goes on, for a screen's content. */
export interface LiveRun {
  now(): RunOverview | null;
  /** Calls back now and whenever the run has changed, until the content is drawn again. */
  each(listener: (run: RunOverview) => void): void;
  /** Draws the content again. */
  reload(): void;
}

interface ScreenSpec<Of extends RunScreenRoute> {
  readonly title: string;
  /** The content, complete when its data has come. */
  readonly content: (source: RunSource, route: Of, live: LiveRun) => Promise<HTMLElement>;
  /** The content is drawn again whenever this changes. */
  readonly state: (run: RunOverview) => unknown;
}

const SCREENS: { readonly [Name in RunScreenRoute['screen']]: ScreenSpec<Extract<Route, { screen: Name }>> } =
  {
    stalls: {
      title: 'Stalls',
      content: (source, { place }, live) => stallsScreen(source, place, live.now()),
      state: ({ processes }) => processes.map(({ stallCount, stalledMs }) => [stallCount, stalledMs]),
    },
    captures: {
      title: 'Captures',
      content: (source, _route, live) => capturesScreen(source, live),
      state: ({ processes }) =>
        processes.map(({ state, snapshots, profiles }) => [state, snapshots.length, profiles]),
    },
    profile: {
      title: 'Profile',
      content: (source, { file }) => profileScreen(source, file),
      state: () => null,
    },
  };

/** A screen about the whole run, drawn again when the run goes on. */
export interface RunScreen {
  readonly element: HTMLElement;
  /** Draws what is new in the run, when anything is that this screen shows. */
  follow(run: RunOverview): void;
}

/** @param now the run as it is known; null before it is */
export function runScreen(source: RunSource, route: RunScreenRoute, now: RunOverview | null): RunScreen {
  const { title, content, state } = SCREENS[route.screen] as ScreenSpec<RunScreenRoute>;
  const body = el('div', { class: 'content' }, el('p', { class: 'progress' }, 'Asking…'));
  const element = el(
    'section',
    { class: 'screen', 'aria-labelledby': 'screen-title' },
    el('header', {}, el('h1', { id: 'screen-title', tabindex: -1 }, title)),
    body,
  );
  let latest = now;
  let listeners: ((run: RunOverview) => void)[] = [];
  const draw = async () => {
    const own: typeof listeners = (listeners = []);
    const live: LiveRun = {
      now: () => latest,
      each(listener) {
        own.push(listener);
        if (latest) listener(latest);
      },
      reload: () => void draw(),
    };
    try {
      const drawn = await content(source, route, live);
      if (own === listeners) body.replaceChildren(drawn);
    } catch (error) {
      if (own === listeners)
        body.replaceChildren(el('p', { class: 'problem', role: 'alert' }, (error as Error).message));
    }
  };
  void draw();
  return {
    element,
    follow(run) {
      const hasChanged = JSON.stringify(latest && state(latest)) !== JSON.stringify(state(run));
      latest = run;
      if (hasChanged) void draw();
      else for (const listener of listeners) listener(run);
    },
  };
}
