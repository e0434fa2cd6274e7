import { isSpace } from './byte-cursor.ts';

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\{\s*"head"\s*:\s*\{\s*"callFrame"/, 'it looks like a sampling heap profile (.heapprofile)'],
  [/^\{\s*"nodes"\s*:\s*\[\s*\{\s*"id"/, 'it looks like a CPU profile (.cpuprofile)'],
  [/^\{[^]{0,2000}"callFrame"/, 'it looks like a CPU profile (.cpuprofile)'],
  [/^(\[|\{\s*"traceEvents"\s*:\s*\[)\s*\{[^]{0,500}"ph"\s*:/, 'it looks like a trace of Chrome'],
  [/^\{\s*"header"\s*:\s*\{[^]{0,500}"reportVersion"/, 'it looks like a diagnostic report of Node.js'],
  [/^\{\s*"type"\s*:\s*"header"/, 'it looks like a recording of leakwatch'],
  [/^[{[]/, 'it looks like JSON of another kind'],
];

/** What a file that is no snapshot seems to be, by its first bytes. */
export function looksLike(start: Uint8Array): string {
  if (start.length === 0) return 'it holds nothing but white space';
  const head = start.subarray(0, 4096);
  const text = Buffer.from(head).toString('latin1');
  const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1];
  return kind ?? (head.some(isControl) ? 'it looks like binary data' : 'it looks like text');
}

function isControl(byte: number): boolean {
  return byte < 0x20 && !isSpace(byte);
}
