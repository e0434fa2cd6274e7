/** The page's only way to make elements: everything that comes from a run becomes text, never markup. */

export type Child = Node | string | number | null | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

/** Longer texts end in an ellipsis: a string of a megabyte is a leak to be shown, not one to be read. */
const MAX_TEXT = 4000;

/** Control characters, marks that turn the writing direction, and halves of a surrogate pair. */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|\p{Cs}/gu;

/** An HTML element. Attributes that are null, undefined or false are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== false).map(asNode));
  return element;
}

/** An SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** A button with its action. */
export function button(label: Child, attributes: Attributes, onClick: () => void): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', onClick);
  return element;
}

/** Text in which what stands between backticks is code. */
export function prose(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const parts = clipped(text).split('`');
  const paired = parts.length % 2 === 1;
  if (!paired) fragment.append(asNode(text));
  else fragment.append(...parts.map((part, i) => (i % 2 === 1 ? el('code', {}, part) : asNode(part))));
  return fragment;
}

/** The text with what cannot be seen, or would turn the letters around it, written as `\u{…}`; cut when very long. */
export function legible(text: string): string {
  return clipped(text).replace(INVISIBLE, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

function clipped(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
}

function asNode(child: Node | string | number): Node | string {
  return typeof child === 'object' ? child : breakable(legible(String(child)));
}

/** Paths may be broken after a slash, rather than within a name. */
function breakable(text: string): Node | string {
  if (!/[/\\]\w+[/\\]/.test(text)) return text;
  const fragment = document.createDocumentFragment();
  for (const part of text.split(/(?<=[/\\])(?=\w)/)) fragment.append(part, document.createElement('wbr'));
  return fragment;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : legible(String(value)));
  }
}
