import type { Response } from 'express';

/** Server-sent events to every page that is open. */
export class EventStream {
  private readonly listeners = new Set<Response>();

  add(response: Response): void {
    response.set('Content-Type', 'text/event-stream');
    response.flushHeaders();
    response.write('retry: 1000\n\n');
    this.listeners.add(response);
    response.on('close', () => this.listeners.delete(response));
  }

  tell(event: string, data: object): void {
    for (const response of this.listeners) {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  close(): void {
    for (const response of this.listeners) response.end();
    this.listeners.clear();
  }
}
