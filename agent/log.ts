/** The agent's events as structured lines of the application's own logger. */
import type { AgentEventName, EventHub } from './events.ts';
import type { StackFrame } from './recording.ts';

/**
 * A logger such as pino, winston, bunyan or `console`. Winston is called as `info(message, fields)`, all others as
 * `info(fields, message)`.
 */
export interface Logger {
  info(...line: unknown[]): unknown;
  warn(...line: unknown[]): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Writes a line for each stall, growth, snapshot and verdict. A logger that throws is told of as a listener is. */
export function logEvents(hub: EventHub, logger: Logger): void {
  const write = (level: keyof Logger, event: AgentEventName, fields: Fields, message: string) => {
    const line = { component: 'leakwatch', event, ...fields };
    if (isWinston(logger)) logger[level](message, line);
    else logger[level](line, message);
  };
  hub.on('stall', ({ atMs, durationMs, category, culprit, isOngoing, count }) => {
    const many = count === undefined ? '' : `${count} times, the longest `;
    const verb = isOngoing ? 'has been blocked' : 'was blocked';
    const message = `event loop ${verb} ${many}for ${Math.round(durationMs)} ms${placeOf(culprit)}`;
    write('warn', 'stall', { atMs, durationMs, category, ...(culprit && { culprit }), count }, message);
  });
  hub.on('growth', ({ atMs, floorBytes }) => {
    write(
      'warn',
      'growth',
      { atMs, floorBytes },
      `heap keeps growing: its floor is at ${megabytes(floorBytes)}`,
    );
  });
  hub.on('snapshot', ({ status, reason, file, fileBytes, pauseMs, detail }) => {
    const isWritten = status === 'written';
    const message = isWritten ? `heap snapshot ${file} written` : `heap snapshot ${status}: ${detail}`;
    const fields = { status, reason, file, fileBytes, pauseMs, detail };
    write(isWritten ? 'info' : 'warn', 'snapshot', fields, message);
  });
  hub.on('verdict', ({ file, verdict, headline }) => {
    write(verdict === 'leak' ? 'warn' : 'info', 'verdict', { file, verdict }, headline);
  });
}

function isWinston(logger: Logger): boolean {
  return 'transports' in logger && 'rejections' in logger;
}

function placeOf(culprit: StackFrame | null): string {
  if (culprit === null) return '';
  return ` by ${culprit.functionName || 'an anonymous function'} (${culprit.file}:${culprit.line})`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MB`;
}
