import { createColors } from 'picocolors';
import type { Terminal } from '../../cli/terminal/terminal.ts';

/** A terminal without colours that keeps what is written to it. */
export interface FakeTerminal extends Terminal {
  readonly stdout: string;
  readonly stderr: string;
}

/** @param isTerminal whether lines are cut to the width, as where a person looks on */
export function fakeTerminal(width = 100, isTerminal = false): FakeTerminal {
  const colors = createColors(false);
  const written = { stdout: '', stderr: '' };
  const output = (stream: keyof typeof written) => ({
    colors,
    width,
    isTerminal,
    write: (text: string) => void (written[stream] += text),
  });
  return {
    out: output('stdout'),
    err: output('stderr'),
    note: (text) => void (written.stderr += `leakwatch ${text}\n`),
    status: () => {},
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
  };
}
