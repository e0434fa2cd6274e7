import { plainName } from './declarations.ts';
/**
 * Declarations looked for in the text itself, where the parser does not know the language: TypeScript that Node or a loader
 * runs as it is. What is found stands where such a declaration does; what is written in an unusual way is not found.
 */

/** Offset of the declaration of a variable that stands last before an offset, else of the first one; -1 when there is none. */
export function variableInText(text: string, name: string, at: number): number {
  const declared = new RegExp(
    String.raw`\b(?:const|let|var|function\*?|class|import)\s+(?<name>${escaped(name)})(?![\w$])`,
    'g',
  );
  const offsets = offsetsOf(withoutComments(text), declared);
  return offsets.findLast((offset) => offset <= at) ?? offsets[0] ?? -1;
}

/**
 * Offset of the place that makes a property: a class field or a parameter with a modifier, `this.name = …`, `name: …`; the one in the
 * class of this name first, then the one nearest to `near`; -1 when there is none.
 */
export function propertyInText(
  text: string,
  property: string,
  className: string | null,
  near: number,
): number {
  const code = withoutComments(text);
  const name = escaped(plainName(property));
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const { pattern, weight } of PROPERTY_FORMS) {
    for (const offset of offsetsOf(
      code,
      new RegExp(
        pattern.replace('NAME', () => `(?<name>#?${name})(?![\\w$])`),
        'gm',
      ),
    )) {
      const isInClass = className !== null && classBefore(code, offset) === className;
      const score =
        weight + (isInClass ? 10 : 0) - Math.min(1, Math.abs(offset - near) / Math.max(1, text.length));
      if (score > bestScore) {
        best = offset;
        bestScore = score;
      }
    }
  }
  return best;
}

/** Offsets where something is put into a collection of this name, first ones first. */
export function additionsInText(text: string, name: string): number[] {
  const plain = escaped(plainName(name));
  const adds = String.raw`\s*(?:\??\.(?:push|unshift|add|set|append|insert|on|once|addEventListener)\(|\[[^\]\n]+\]\s*(?:\?\?)?=[^=])`;
  return offsetsOf(
    withoutComments(text),
    new RegExp(String.raw`(?<![\w$])(?<name>#?${plain})(?=${adds})`, 'g'),
  );
}

const MODIFIER = '(?:public|private|protected|readonly|static|declare|override|accessor)';

/** As the parser's own forms are weighed, see declarations.ts. */
const PROPERTY_FORMS = [
  { pattern: String.raw`^[ \t]*(?:${MODIFIER}[ \t]+)*NAME[ \t]*[!?]?(?::[^;=\n(]*)?=[^=>]`, weight: 6 },
  { pattern: String.raw`\b${MODIFIER}[ \t]+NAME`, weight: 6 },
  { pattern: String.raw`\bthis\.NAME[ \t]*=[^=]`, weight: 4 },
  { pattern: String.raw`(?:^|[{,])[ \t]*NAME[ \t]*:`, weight: 3 },
] as const;

function offsetsOf(code: string, pattern: RegExp): number[] {
  return Array.from(code.matchAll(pattern), (match) => match.index + match[0].indexOf(match.groups!.name));
}

function classBefore(code: string, offset: number): string | null {
  const classes = Array.from(
    code.slice(0, offset).matchAll(/\bclass\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu),
  );
  return classes.at(-1)?.[1] ?? null;
}

const escaped = (name: string) => name.replaceAll(/[$.*+?^()[\]{}|\\]/g, String.raw`\$&`);

/** The same length, so that offsets stay what they are. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|(?<![:'"`\w])\/\/[^\n]*/g, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  );
}
