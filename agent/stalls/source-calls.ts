/** Reads from a function's text what it called last before it got to a place. It knows the text's words, not its grammar. */

/** A call as it is written. */
export interface WrittenCall {
  /** `decode`, `JSON.parse`, `this.decode`; what it is called on begins with a dot when it is no name: `.join`. */
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** A place in a file's lines, 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

// A longer function is read to this line.
const MAX_LINES = 400;
const MAX_CHARACTERS = 40_000;

/**
 * The calls of a function that may have been the last before it got to a place, the most likely first: arguments of the call
 * at that place, then what is written above; of a place where a loop comes round, the loop as well. Blocks that lead
 * elsewhere, and functions inside of it, are passed over.
 * @param start where the function's text begins
 * @param end null for the function's end
 */
export function callsBefore(
  lines: readonly string[],
  start: Place,
  end: Place | null,
): readonly WrittenCall[] {
  const text = withoutTexts(
    lines
      .slice(start.line - 1, start.line - 1 + MAX_LINES)
      .join('\n')
      .slice(0, MAX_CHARACTERS),
  );
  const from = start.column - 1;
  const bodyAt = bodyOf(text, from);
  if (bodyAt === null) return [];
  const bodyEnd = text[bodyAt] === '{' ? closingOf(text, bodyAt) : endOfExpression(text, bodyAt);
  const at = end === null ? bodyEnd : Math.min(bodyEnd, offsetOf(text, start, end));
  const isCall = argumentsEnd(text, at) > at && !/^(?:for|while)\b/.test(text.slice(at));
  const loop = isCall ? null : endOfLoop(text, at);
  const to = Math.min(bodyEnd, loop ?? at);
  const inside =
    loop === null ? callsIn(text, to, argumentsEnd(text, to)).filter((call) => call.at > to) : [];
  const before = callsIn(passable(text, bodyAt + 1, to), bodyAt, to);
  return [...latestFirst(inside), ...latestFirst(before)].map((call) => ({
    name: call.name,
    line: start.line + countOf(text.slice(0, call.at), '\n'),
  }));
}

function latestFirst(calls: readonly FoundCall[]): readonly FoundCall[] {
  return calls.toSorted((a, b) => b.endAt - a.endAt);
}

/** Where a function of this name is written in a file; null when nowhere, or more than once. */
export function placeOfFunction(lines: readonly string[], name: string): Place | null {
  const word = name.replaceAll('$', '\\$');
  const definition = new RegExp(
    `(?:^|[^\\w$.])(?:function\\s*\\*?\\s+${word}\\s*\\(|${word}\\s*[=:]\\s*(?:async\\s*)?(?:function\\b|\\([^()]*\\)\\s*=>|[\\w$]+\\s*=>)|` +
      `^\\s*(?:async\\s+|static\\s+|\\*\\s*)*${word}\\s*\\([^()]*\\)\\s*\\{)`,
  );
  const found = lines.flatMap((text, index) => {
    const match = definition.exec(text);
    return match === null ? [] : [{ line: index + 1, column: match.index + 1 }];
  });
  return found.length === 1 ? found[0] : null;
}

interface FoundCall {
  readonly name: string;
  readonly at: number;
  /** Of its closing bracket. */
  readonly endAt: number;
}

const CALL = /(?<dot>\.\s*)?(?<name>[#\w$]+(?:\s*\??\.\s*[#\w$]+)*)\s*(?:\?\.\s*)?\(/g;
const NO_CALLS = new Set(
  'if for while switch catch function return await typeof super import with yield void in of'.split(' '),
);

/** The calls of a stretch that end in it. */
function callsIn(text: string, from: number, to: number): readonly FoundCall[] {
  return [...text.slice(from, to).matchAll(CALL)].flatMap((match) => {
    const at = from + match.index;
    const endAt = closingOf(text, at + match[0].length - 1);
    const written = match.groups?.name.replaceAll(/\s|\?/g, '') ?? '';
    if (endAt > to || NO_CALLS.has(written)) return [];
    return [{ name: match.groups?.dot === undefined ? written : `.${written}`, at, endAt }];
  });
}

/** The stretch with blanks for what was not come through: blocks that return or throw, and other functions' bodies. */
function passable(text: string, from: number, to: number): string {
  let result = text;
  for (let at = from; at < to; at++) {
    if (result[at] !== '{') continue;
    const end = closingOf(result, at);
    if (end >= to) continue;
    const isElsewhere =
      /(?:=>|\bcatch\s*(?:\([^()]*\))?|\bfunction\b[^{};]*)\s*$/.test(
        result.slice(Math.max(0, at - 200), at),
      ) || /[{};\s](?:return|throw)\b[^{};]*;?\s*$/.test(result.slice(at, end));
    if (isElsewhere) result = blanked(result, at, end);
  }
  return result;
}

/** The offset of a function's `{`, or of an arrow's expression; null when there is none. */
function bodyOf(text: string, from: number): number | null {
  const parameters = text.indexOf('(', from);
  const arrow = text.indexOf('=>', from);
  const isBare = arrow >= 0 && (parameters < 0 || arrow < parameters);
  if (!isBare && parameters < 0) return null;
  let at = isBare ? arrow : closingOf(text, parameters) + 1;
  const isArrow = /^\s*=>/.exec(text.slice(at));
  if (isArrow !== null) at += isArrow[0].length;
  while (/\s/.test(text[at] ?? '')) at++;
  return at < text.length && (isArrow !== null || text[at] === '{') ? at : null;
}

function endOfExpression(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (OPENING.includes(text[at])) at = closingOf(text, at);
    else if (CLOSING.includes(text[at]) || text[at] === ';' || text[at] === ',') return at;
  }
  return text.length;
}

/** Where the loop ends at whose head an offset is; null when it is at none. */
function endOfLoop(text: string, at: number): number | null {
  const lineAt = text.lastIndexOf('\n', at - 1) + 1;
  const [head] = [...text.slice(lineAt).matchAll(/\b(?:for|while)\b\s*(?:await\s*)?\(/g)];
  if (head === undefined || lineAt + head.index > at) return null;
  const headEnd = closingOf(text, lineAt + head.index + head[0].length - 1);
  if (at > headEnd) return null;
  const bodyAt = headEnd + 1 + /^\s*/.exec(text.slice(headEnd + 1))![0].length;
  return text[bodyAt] === '{' ? closingOf(text, bodyAt) : endOfExpression(text, bodyAt);
}

/** Where the arguments end of the call written at an offset; the offset itself when none is. */
function argumentsEnd(text: string, at: number): number {
  const callee = /^[#\w$.?\s]*\(/.exec(text.slice(at));
  return callee === null ? at : closingOf(text, at + callee[0].length - 1);
}

const OPENING = '([{';
const CLOSING = ')]}';

/** The offset of the bracket that closes the one at an offset; the text's length when it is not closed. */
function closingOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (OPENING.includes(text[at])) depth++;
    else if (CLOSING.includes(text[at]) && --depth === 0) return at;
  }
  return text.length;
}

// Comments, strings, templates; and regular expressions, which stand where no value has ended.
const TEXTS =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:^|[=(,:;!&|?{}[+~]|\breturn)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g;

/** The text with blanks for its comments and literals, so that brackets are brackets. */
function withoutTexts(text: string): string {
  return text.replaceAll(TEXTS, (literal) => literal.replaceAll(/[^\n]/g, ' '));
}

function blanked(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to + 1).replaceAll(/[^\n]/g, ' ') + text.slice(to + 1);
}

function offsetOf(text: string, start: Place, place: Place): number {
  let at = 0;
  for (let line = start.line; line < place.line; line++) at = text.indexOf('\n', at) + 1;
  return at + place.column - 1;
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1;
}
