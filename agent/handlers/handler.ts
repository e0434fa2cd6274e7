import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Fastify gives to a handler in the response's place. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/**
 * A handler to be mounted where the application wants it: as a listener of `node:http`, as a route of Express, or as a
 * route of Fastify.
 */
export type Handler = (
  request: IncomingMessage | { readonly raw: IncomingMessage },
  response: ServerResponse | FastifyReplyLike,
) => void;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A handler that answers every request alike; when it cannot, with 500 and the reason. */
export function handlerOf(answer: () => Answer): Handler {
  return (_request, response) => {
    const { status, contentType, body } = answerOr500(answer);
    const raw = rawResponse(response);
    raw.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
    raw.end(body);
  };
}

/** Plain text with status 200. */
export function textAnswer(body: string): Answer {
  return { status: 200, contentType: 'text/plain; charset=utf-8', body };
}

function answerOr500(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    return { status: 500, contentType: 'text/plain; charset=utf-8', body: `${String(error)}\n` };
  }
}

function rawResponse(response: ServerResponse | FastifyReplyLike): ServerResponse {
  if (!('hijack' in response)) return response;
  response.hijack();
  return response.raw;
}
