/** Characters that XML 1.0 cannot hold, not even escaped: control characters, lone surrogates, U+FFFE and U+FFFF. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** A text as the content or an attribute of an XML element. Line feeds in attributes stay what they are. */
export function xml(text: string): string {
  return markup(text.toWellFormed().replaceAll(NOT_XML, '\uFFFD'))
    .replaceAll('\r', '&#13;')
    .replaceAll('\n', '&#10;');
}

/** A text as HTML. */
export const markup = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Characters that Markdown may read as its own, also GitHub's mentions and issue numbers, and HTML. */
const MARKDOWN = /[\\`*_{}[\]<>()#+\-.!|~@&:/$]/g;

/** A text that Markdown shows as it is, on one line. */
export function markdown(text: string): string {
  return oneLine(text).replaceAll(MARKDOWN, (character) => `&#${character.codePointAt(0)};`);
}

/** A block of code in Markdown, with a fence longer than any in the text. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${printable(text)}\n${fence}`;
}

/** A message of a GitHub workflow command, which ends with its line. */
export const commandMessage = (text: string): string =>
  printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** A property of a GitHub workflow command, which ends with a colon or a comma. */
export const commandProperty = (text: string): string =>
  commandMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Without characters that steer a terminal or turn the direction of writing; line feeds stay. */
export const printable = (text: string): string =>
  text.replaceAll(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD').toWellFormed();

const oneLine = (text: string) => printable(text).replaceAll(/\s*\n\s*/g, ' ');
