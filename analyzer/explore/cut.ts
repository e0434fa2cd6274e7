/** At most so many characters, with an ellipsis for the rest. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
