/** Which screen the address names; the part after `#` alone, so that it works from disk too. */
export type Route =
  | { readonly screen: 'overview' }
  | { readonly screen: 'leak'; readonly fingerprint: string }
  | { readonly screen: 'stalls'; readonly place: StallPlace }
  | { readonly screen: 'captures' }
  | { readonly screen: 'profile'; readonly file: string }
  | { readonly screen: HeapScreenName; readonly place: HeapPlace };

export type HeapScreenName = 'owners' | 'changes' | 'objects' | 'object' | 'things';

/** What of which snapshot is shown. */
export interface HeapPlace {
  /** Empty for the latest. */
  readonly file: string;
  readonly node: number;
  /** V8's number of the object, instead of `node`; 0 for none. */
  readonly id: number;
  readonly search: string;
  readonly classKey: string;
  readonly ignored: readonly number[];
  /** Which two snapshots are compared, and by what; empty for the default. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** Which stall is looked at closely. */
export interface StallPlace {
  /** Empty for whichever has one at that time. */
  readonly process: string;
  /** When it began; 0 for none. */
  readonly at: number;
}

const HEAP_SCREENS: readonly HeapScreenName[] = ['owners', 'changes', 'objects', 'object', 'things'];

export function currentRoute(): Route {
  const fingerprint = /^#\/leak\/(.+)$/.exec(location.hash)?.[1];
  if (fingerprint !== undefined) return { screen: 'leak', fingerprint: decode(fingerprint) };
  const [, name, query] = /^#\/(\w+)(?:\?(.*))?$/.exec(location.hash) ?? [];
  const parameters = new URLSearchParams(query);
  if (name === 'stalls') return { screen: 'stalls', place: stallIn(parameters) };
  if (name === 'captures') return { screen: 'captures' };
  if (name === 'profile') return { screen: 'profile', file: parameters.get('file') ?? '' };
  const screen = HEAP_SCREENS.find((known) => known === name);
  return screen ? { screen, place: placeIn(parameters) } : { screen: 'overview' };
}

/** The permanent address of a finding: the same for every run and every machine. */
export function leakAddress(fingerprint: string): string {
  return `#/leak/${encodeURIComponent(wellFormed(fingerprint))}`;
}

/** The address of a place in a snapshot. */
export function heapAddress(screen: HeapScreenName, place: Partial<HeapPlace>): string {
  const query = new URLSearchParams();
  if (place.file) query.set('file', place.file);
  if (place.node) query.set('node', String(place.node));
  if (place.id) query.set('id', String(place.id));
  if (place.search) query.set('search', place.search);
  if (place.classKey) query.set('class', place.classKey);
  if (place.ignored?.length) query.set('ignored', place.ignored.join());
  for (const name of ['from', 'to', 'by'] as const) if (place[name]) query.set(name, place[name]);
  return query.size > 0 ? `#/${screen}?${query}` : `#/${screen}`;
}

/** The address of a stall, or without one of all stalls. */
export function stallAddress({ process, at }: StallPlace): string {
  return `#/stalls?${new URLSearchParams({ process, at: String(at) })}`;
}

/** The address of a profile that was taken. */
export function profileAddress(file: string): string {
  return `#/profile?${new URLSearchParams({ file })}`;
}

/** Without halves of surrogate pairs, which no address can hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\uFFFD');
}

function stallIn(query: URLSearchParams): StallPlace {
  return { process: query.get('process') ?? '', at: Number(query.get('at') ?? 0) };
}

function placeIn(query: URLSearchParams): HeapPlace {
  return {
    file: query.get('file') ?? '',
    node: Number(query.get('node') ?? 0),
    id: Number(query.get('id') ?? 0),
    search: query.get('search') ?? '',
    classKey: query.get('class') ?? '',
    ignored: (query.get('ignored') ?? '').split(',').filter(Boolean).map(Number),
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    by: query.get('by') ?? '',
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
