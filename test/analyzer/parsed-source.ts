import { parse } from 'acorn';
import type { SourceFile } from '../../analyzer/source/source-file.ts';

/** A module of this text as the rules about code see it, without a file. */
export const parsedSource = (text: string) =>
  ({ text, program: parse(text, { ecmaVersion: 'latest', sourceType: 'module' }) }) as unknown as SourceFile;
