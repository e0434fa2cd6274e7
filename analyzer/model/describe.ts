import type { ObjectView } from './object-view.ts';

const MAX_NAMES = 5;

/** What an object is, for a person: "objects {id, user, at}", "Session objects", "strings", "functions `onClose`". */
export function describeObjects(view: ObjectView, node: number): string {
  const className = view.className(node);
  if (view.isString(node)) return 'strings';
  if (view.isClosure(node)) return className === '' ? 'functions' : `functions \`${className}\``;
  if (view.isScope(node)) return 'scopes';
  if (className === 'Object') return `objects ${shape(view, node)}`.trim();
  if (className === 'Array') return 'arrays';
  return className === '' ? 'objects' : `${className} objects`;
}

function shape(view: ObjectView, node: number): string {
  const names = view.propertyNames(node).filter((name) => !name.startsWith('<symbol'));
  if (names.length === 0) return '';
  const shown = names.slice(0, MAX_NAMES).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return `{${shown.join(', ')}${names.length > MAX_NAMES ? ', …' : ''}}`;
}
