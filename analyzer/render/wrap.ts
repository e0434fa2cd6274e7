/** Breaks a text at blanks into lines of at most `width` characters; a longer word keeps a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

const MAX_LENGTH = 2000; // names come from the program and may be anything

/** Names out of a heap may hold control characters, which must not reach a terminal, and be as long as they like. */
export function printable(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return short.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD').toWellFormed();
}
