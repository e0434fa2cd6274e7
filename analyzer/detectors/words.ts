import type { Facts } from './facts.ts';
import type { HolderName } from './holder-name.ts';

/** "`sessions` of class `SessionStore`", "`opts.cache` in a closure of `memoized`", "global `leaked`". */
export function namePhrase(name: HolderName): string {
  const quoted = `\`${name.name}\``;
  switch (name.anchor) {
    case 'instance':
      return `${quoted} of class \`${name.className}\``;
    case 'function':
      return name.className === null
        ? `${quoted} of a function`
        : `${quoted} of function \`${name.className}\``;
    case 'variable':
      return name.className === null
        ? `variable ${quoted}`
        : `variable ${quoted} (used by \`${name.className}\`)`;
    case 'exports':
      return `exported ${quoted}`;
    case 'global':
      return `global ${quoted}`;
    case 'store':
    case 'none':
      return quoted;
  }
}

/** The holder's class as a word: "Map", "array", "object", "linked list". */
export function containerWord(facts: Facts): string {
  if (facts.isChain) return 'linked list';
  if (facts.view.isString(facts.holder)) return 'string'; // of parts, as V8 keeps what was put together
  const className = facts.view.className(facts.holder);
  if (className === 'Array') return 'array';
  if (className === 'Object') return 'object';
  return className === 'scope' ? 'closure scope' : className;
}

/** Bytes of what is new, per new object of the group. */
export function newBytesPerObject(facts: Facts): number {
  const objects = facts.holding.group.steps.reduce((total, step) => total + step, 0);
  const bytes = facts.holding.bytesByWindow.slice(1).reduce((total, value) => total + value, 0);
  return objects === 0 ? 0 : bytes / objects;
}

/** Two or more holders share the growth evenly: "each of 40 Sockets". */
export function holderCount(facts: Facts): number {
  const [first] = facts.holding.holders;
  return facts.holding.holders.filter((holder) => holder.newObjects * 4 >= first.newObjects).length;
}

/** `run` of a function with a name, else "an anonymous function". */
export const functionWord = (name: string | null) =>
  name === null || name === '' ? 'an anonymous function' : `\`${name}\``;
