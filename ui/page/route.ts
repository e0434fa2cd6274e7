/** Which screen the address names; the part after `#` alone, so that it works from disk too. */
export type Route =
  { readonly screen: 'overview' } | { readonly screen: 'leak'; readonly fingerprint: string };

export function currentRoute(): Route {
  const fingerprint = /^#\/leak\/(.+)$/.exec(location.hash)?.[1];
  return fingerprint === undefined
    ? { screen: 'overview' }
    : { screen: 'leak', fingerprint: decode(fingerprint) };
}

/** The permanent address of a finding: the same for every run and every machine. */
export function leakAddress(fingerprint: string): string {
  return `#/leak/${encodeURIComponent(wellFormed(fingerprint))}`;
}

/** Without halves of surrogate pairs, which no address can hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\uFFFD');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
