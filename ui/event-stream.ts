import type { Response } from 'express';

/** Server-sent events to every page that is open. */
export class EventStream {
  private readonly listeners = new Set<Response>();

  /** @param event told at once, to this page alone */
  add(response: Response, event: string, data: object): void {
    response.set('Content-Type', 'text/event-stream');
    response.flushHeaders();
    response.write(`retry: 1000\n${messageOf(event, data)}`);
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }

  tell(event: string, data: object): void {
    for (const response of this.listeners) response.write(messageOf(event, data));
  }

  close(): void {
    for (const response of this.listeners) response.end();
    this.listeners.clear();
  }
}

function messageOf(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
