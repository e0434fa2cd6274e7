/** Stacks as V8 writes them into an error. */
import { fileURLToPath } from 'node:url';

import type { StackFrame } from '../recording.ts';

// `at Timeout.poll [as _onTimeout] (/app/a.js:3:7)`, `at file:///app/a.mjs:3:7`, `at new Pool (node:internal/pool:1:2)`
const FRAME = /^\s+at (?!async )(?:(?<name>.+?)(?: \[as .+\])? \()?(?<file>.+?):(?<line>\d+):\d+\)?$/;

/** The frames of a stack's text, innermost first; those of evaluated programs are left out. */
export function framesOf(stackText: string): readonly StackFrame[] {
  return stackText.split('\n').flatMap((text) => {
    const { name = '', file = '', line = '0' } = FRAME.exec(text)?.groups ?? {};
    if (file === '' || file.startsWith('<')) return [];
    const functionName =
      name
        .replace(/^(?:async|new) /, '')
        .split('.')
        .at(-1) ?? '';
    return [
      {
        functionName: functionName === '<anonymous>' ? '' : functionName,
        file: file.startsWith('file:') ? fileURLToPath(file) : file,
        line: Number(line),
      },
    ];
  });
}
