import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import winston from 'winston';

import { createEventHub } from '../../agent/events.ts';
import { logEvents, type Logger } from '../../agent/log.ts';

/** A stream, and the lines written into it. */
function capture(): { readonly stream: Writable; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { stream, lines };
}

async function linesOf(
  createLogger: (stream: Writable) => Logger,
): Promise<readonly Record<string, unknown>[]> {
  const { stream, lines } = capture();
  const hub = createEventHub();
  logEvents(hub, createLogger(stream));
  const culprit = { functionName: 'hash', file: '/app/a.js', line: 7 };
  hub.emit('stall', { type: 'stall', atMs: 5, durationMs: 151.4, category: 'cpu', culprit });
  hub.emit('growth', { atMs: 6, floorBytes: 100 * 2 ** 20 });
  const snapshot = { type: 'snapshot', atMs: 7, sequence: 1, reason: 'growth' } as const;
  hub.emit('snapshot', { ...snapshot, status: 'written', file: '1-0-1.heapsnapshot' });
  hub.emit('snapshot', { ...snapshot, status: 'refused', detail: 'there is no room' });
  hub.emit('verdict', { file: '/run/report.json', verdict: 'leak', headline: 'Found 1 leak.' });
  await expect.poll(() => lines.length).toBe(5);
  return lines;
}

const MESSAGES = [
  'event loop was blocked for 151 ms by hash (/app/a.js:7)',
  'heap keeps growing: its floor is at 100 MB',
  'heap snapshot 1-0-1.heapsnapshot written',
  'heap snapshot refused: there is no room',
  'Found 1 leak.',
];

test('pino gets fields and a message', async () => {
  const lines = await linesOf((stream) => pino(stream));
  expect(lines.map(({ msg }) => msg)).toEqual(MESSAGES);
  expect(lines.map(({ level }) => level)).toEqual([40, 40, 30, 40, 40]);
  expect(lines[0]).toMatchObject({
    component: 'leakwatch',
    event: 'stall',
    category: 'cpu',
    durationMs: 151.4,
  });
});

test('winston gets fields and a message', async () => {
  const lines = await linesOf((stream) =>
    winston.createLogger({
      transports: [new winston.transports.Stream({ stream })],
      format: winston.format.json(),
    }),
  );
  expect(lines.map(({ message }) => message)).toEqual(MESSAGES);
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'info', 'warn', 'warn']);
  expect(lines[3]).toMatchObject({ component: 'leakwatch', event: 'snapshot', status: 'refused' });
});
