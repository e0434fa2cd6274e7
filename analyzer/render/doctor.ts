import pc from 'picocolors';
import { opinionSentence } from '../doctor/clinic/opinion.ts';
import type { Area, Diagnosis, ProcessDiagnosis } from '../doctor/index.ts';
import type { TextOptions } from './text.ts';
import { durationText } from './units.ts';
import { printable, wrapText } from './wrap.ts';

const AREA_NAMES: Readonly<Record<Area, string>> = {
  'event-loop': 'event loop',
  gc: 'collections',
  cpu: 'CPU',
  memory: 'memory',
  handles: 'handles',
};
const LABEL_WIDTH = 14;
const MIN_WIDTH = 40;

/** The diagnoses as a person reads them in a terminal, process by process. Ends with a line feed. */
export function renderDiagnoses(
  processes: readonly ProcessDiagnosis[],
  { color, width }: TextOptions,
): string {
  const paint = pc.createColors(color);
  const textWidth = Math.max(MIN_WIDTH, width) - LABEL_WIDTH - 2;
  const tag = { healthy: paint.green('well'), ill: paint.red('ILL'), unknown: paint.yellow('cannot tell') };
  const lines = (diagnosis: Diagnosis) => {
    const label = AREA_NAMES[diagnosis.area].padEnd(LABEL_WIDTH);
    const painted = { healthy: paint.green(label), ill: paint.red(label), unknown: paint.yellow(label) };
    const rest =
      diagnosis.state === 'ill'
        ? [...diagnosis.evidence, ...diagnosis.advice.map((text) => `→ ${text}`)]
        : [];
    const indented = [diagnosis.summary, ...rest].flatMap((text) => wrapText(printable(text), textWidth));
    return indented.map(
      (line, index) => `  ${index === 0 ? painted[diagnosis.state] : ' '.repeat(LABEL_WIDTH)}${line}`,
    );
  };
  const blocks = processes.map((one) => {
    const thread = one.threadId === 0 ? '' : `, thread ${one.threadId}`;
    const head = `${tag[one.state]}  process ${one.pid}${thread} (${printable(one.script) || 'no script'}), ${durationText(one.durationMs)}`;
    return [paint.bold(head), ...one.diagnoses.flatMap(lines), ...clinicLines(one, textWidth)].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** The opinion of another, which changes nothing about ours. */
function clinicLines({ clinic }: ProcessDiagnosis, textWidth: number): readonly string[] {
  if (clinic === undefined) return [];
  const label = 'clinic'.padEnd(LABEL_WIDTH);
  return wrapText(printable(opinionSentence(clinic)), textWidth).map(
    (line, index) => `  ${index === 0 ? label : ' '.repeat(LABEL_WIDTH)}${line}`,
  );
}
