/** A sentence's first letter as a capital. */
export const capitalized = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Lower-cases a sentence's first letter unless it starts a name or an acronym. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*(?= )/.test(text) && !/^(Map|Set|Promise)\b/.test(text)
    ? text.slice(0, 1).toLowerCase() + text.slice(1)
    : text;
}
