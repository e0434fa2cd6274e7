import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The built page, complete in memory. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** Reads what `npm run build:page` made. @param folder defaults to the one beside the compiled server */
export function readPageFiles(folder: string = join(__dirname, 'page')): PageFiles {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { html: read('index.html'), script: read('main.js'), style: read('style.css') };
}
