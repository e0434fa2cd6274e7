/** Where a thread is, as it tells itself in the middle of what it does. */
import { fileURLToPath } from 'node:url';

import type { StackFrame } from '../recording.ts';

/** A call that has not returned, and where in its function it has got to. */
export interface CallSite extends StackFrame {
  /** 1-based. */
  readonly column: number;
  /** Where its function's text begins, 1-based. */
  readonly startLine: number;
  readonly startColumn: number;
}

/**
 * A program whose value is the stack it is evaluated on, as `callSitesOf` reads it. It puts back what it changes, and calls
 * nothing that an application can replace.
 */
export const CALL_SITES_PROGRAM = `(() => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 50;
    Error.prepareStackTrace = (_, sites) => {
      let text = '';
      for (let index = 0; index < sites.length; index++) {
        const site = sites[index];
        if (site.isAsync() || typeof site.getFileName() !== 'string') continue;
        text += site.getLineNumber() + '\\t' + site.getColumnNumber() + '\\t' + site.getEnclosingLineNumber() + '\\t' +
          site.getEnclosingColumnNumber() + '\\t' + (site.getFunctionName() ?? '') + '\\t' + site.getFileName() + '\\n';
      }
      return text;
    };
    return new Error().stack;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
})()`;

const SITE =
  /^(?<line>\d+)\t(?<column>\d+)\t(?<startLine>\d+)\t(?<startColumn>\d+)\t(?<name>.*?)\t(?<file>.+)$/;

/** The calls in the program's value, innermost first; those of evaluated programs are left out. */
export function callSitesOf(text: string): readonly CallSite[] {
  return text.split('\n').flatMap((siteText) => {
    const groups = SITE.exec(siteText)?.groups;
    if (groups === undefined) return [];
    const { line, column, startLine, startColumn, name, file } = groups;
    return [
      {
        functionName: name.split(/[. ]/).at(-1) ?? '',
        file: file.startsWith('file:') ? fileURLToPath(file) : file,
        line: Number(line),
        column: Number(column),
        startLine: Number(startLine),
        startColumn: Number(startColumn),
      },
    ];
  });
}

/** Of a call what a recording holds. */
export function frameOf({ functionName, file, line }: CallSite): StackFrame {
  return { functionName, file, line };
}

// What can stand between the beginning of a function's text and its parameters.
const HEADER = /^(?:(?:async|static|get|set)\b\s*)*(?:function\b\s*\*?|\*)?\s*(?:#?[\w$]+|\[[^\]]*\])?\s*$/;
const HEADERS_OF_NODE = ['', 'function ', 'function', 'async function ', 'async '];

/**
 * Whether its function was only just entered: V8 listens there before the first statement. Then it is not what kept V8
 * from listening.
 * @param lineText the text of the site's line; empty when it cannot be read
 */
export function isJustEntered(site: CallSite, lineText: string): boolean {
  if (site.line !== site.startLine) return false;
  const headerLength = site.column - site.startColumn;
  if (headerLength === 0) return true;
  if (lineText === '')
    return HEADERS_OF_NODE.some((word) => headerLength === word.length + site.functionName.length);
  return (
    lineText[site.column - 1] === '(' && HEADER.test(lineText.slice(site.startColumn - 1, site.column - 1))
  );
}
