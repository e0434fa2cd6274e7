import { GLOSSARY, glossaryPage, lookUp } from '../../analyzer/explore/glossary.ts';
import type { GlossaryEntry } from '../../analyzer/explore/glossary.ts';
import { LeakwatchError } from '../../analyzer/error.ts';
import { wrapText } from '../../analyzer/render/wrap.ts';
import { defineCommand } from '../command.ts';
import { showAnswer } from '../explore/ask-snapshot.ts';
import { JSON_OPTION } from '../explore/list-options.ts';
import { nearest } from '../suggest.ts';
import type { Output } from '../terminal/terminal.ts';

export const glossaryCommand = defineCommand({
  name: 'glossary',
  summary: 'Explain a word of heap snapshots, such as dominator or context',
  usage: '[options] [term]',
  details: ['Without a term it explains all of them.'],
  examples: [
    ['leakwatch glossary "system / Context"', 'what V8 calls so'],
    ['leakwatch glossary retained size', 'a word of DevTools'],
  ],
  options: {
    markdown: { type: 'boolean', default: false, describe: 'The whole glossary as a Markdown page' },
    ...JSON_OPTION,
  },
  async run({ flags, operands, terminal }) {
    if (flags.markdown) {
      terminal.out.write(glossaryPage());
      return 0;
    }
    const entries = operands.length === 0 ? GLOSSARY : lookUp(operands.join(' '));
    if (entries.length === 0) throw unknown(operands.join(' '));
    showAnswer({ entries }, flags, terminal, (output) =>
      entries.flatMap((entry) => entryLines(entry, output)).slice(0, -1),
    );
    return 0;
  },
});

function unknown(text: string): LeakwatchError {
  const meant = nearest(
    text,
    GLOSSARY.flatMap(({ term, aliases = [] }) => [term, ...aliases]),
  );
  const hint = meant ? `; did you mean "${meant}"?` : '.';
  return new LeakwatchError('NO_TERM', `The glossary has no "${text}"${hint}`);
}

const INDENT = '  ';

function entryLines({ term, aliases = [], meaning }: GlossaryEntry, { colors, width }: Output): string[] {
  const also = aliases.length === 0 ? '' : colors.dim(`  also ${aliases.join(', ')}`);
  return [
    `${colors.bold(term)}${also}`,
    ...wrapText(meaning, width - INDENT.length).map((line) => `${INDENT}${line}`),
    '',
  ];
}
