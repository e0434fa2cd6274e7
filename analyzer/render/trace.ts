import type { Colors } from 'picocolors/types';
import type { SourceLocation, TraceElement } from '../report.ts';
import { countText } from './units.ts';

/** `src/app.js:12:3` */
export const locationText = ({ file, line, column }: SourceLocation) => `${file}:${line}:${column}`;

/** A trace as LeakCanary prints one, indented by three: the reference to cut underlined. One text per line. */
export function traceLines(trace: readonly TraceElement[], paint: Colors): string[] {
  return trace.flatMap((element, index) => {
    const isFirst = index === 0;
    const isLast = index === trace.length - 1;
    const branch = isFirst ? '┬ ' : isLast ? '╰→ ' : '├ ';
    const lead = isLast ? '   ' : '│  ';
    const via =
      element.via === '' ? [] : [`   │  ${paint.dim(foldedText(element))}${viaText(element, paint)}`];
    const reason = element.reason === null ? '' : paint.dim(`  ${element.reason}`);
    const place = element.location === null ? '' : paint.dim(`  ${locationText(element.location)}`);
    return [
      ...(isFirst ? [] : via),
      `   ${branch}${labelText(element, paint)}${place}`,
      ...(reason === '' ? [] : [`   ${lead}${reason}`]),
    ];
  });
}

const foldedText = ({ foldedSteps }: TraceElement) =>
  foldedSteps === 0 ? '' : `… ${countText(foldedSteps, 'internal step')} … `;

function viaText(element: TraceElement, paint: Colors): string {
  return element.status === 'leaking' ? paint.underline(paint.red(element.via)) : paint.dim(element.via);
}

function labelText(element: TraceElement, paint: Colors): string {
  if (element.status === 'leaking') return paint.red(paint.bold(element.label));
  return element.status === 'suspect' ? paint.bold(element.label) : element.label;
}
