import { createHmac } from 'node:crypto';
import { Use } from './string-uses.ts';

/** Turns a text of a snapshot into what may be shared. */
export type Replace = (text: string, uses: number) => string;

/** Texts that say nothing of the program's data: V8's own, and the events of every EventTarget. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    '|(concatenated string)|(sliced string)|abort|close|connect|data|disconnect|drain|end|error|exit|finish|message|' +
    'messageerror|open|timeout|upgrade'
  ).split('|'),
);

/** An identifier, a symbol, or words with signs between them, as a person writes them into code. */
const WRITTEN_NAME = /^(<symbol .*>|#?[\p{ID_Start}$_][\p{ID_Continue}$]*|[\p{L}]+([-:. _][\p{L}]+){0,4})$/u;
const MAX_NAME = 60;

/**
 * @param salt equal for files that are to be compared: then equal texts are replaced by equal ones
 * @param options paths: whether folder and file names are replaced, too
 */
export function replacer(salt: Buffer, { paths }: { readonly paths: boolean }): Replace {
  const hash = (text: string, digits: number) =>
    createHmac('sha256', salt).update(text).digest('hex').slice(0, digits);
  const nameOf = (text: string) => (paths && PATH.test(text) ? hiddenPath(text, hash) : text);
  return (text, uses) => {
    if (HARMLESS.has(text)) return text;
    if (uses & Use.name) return nameOf(text);
    const isWritten = text.length <= MAX_NAME && WRITTEN_NAME.test(text);
    if (uses & Use.property && isWritten) return text;
    return `redacted:${text.length}:${hash(text, HASH_DIGITS)}`;
  };
}

const HASH_DIGITS = 12;
const PATH = /^(file:\/\/|\/|\\\\|[A-Za-z]:[\\/])/;
const PATH_DIGITS = 6;

/** Keeps what is public: that something is a package and which one, and the ending of the file. */
function hiddenPath(text: string, hash: (text: string, digits: number) => string): string {
  const packages = text.lastIndexOf('node_modules');
  const own = packages === -1 ? text : text.slice(0, packages);
  const start = /^(file:\/\/)?([A-Za-z]:)?/.exec(own)![0];
  const hidden = own.slice(start.length).replaceAll(/[^\\/]+/g, (segment, at: number, rest: string) => {
    const isLast = packages === -1 && at + segment.length === rest.length;
    const ending = isLast ? (/\.[a-z]{1,4}$/i.exec(segment)?.[0] ?? '') : '';
    return `${hash(segment, PATH_DIGITS)}${ending}`;
  });
  return start + hidden + text.slice(own.length);
}
