import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Lets through only requests that were addressed to this machine by its loopback name and that no other site made:
 * a name that resolves to 127.0.0.1 for the moment (DNS rebinding) has the wrong Host, another page the wrong Origin.
 */
export function guard(request: Request, response: Response, next: NextFunction): void {
  response.set(HEADERS);
  const port = request.socket.localPort;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host)) return refuse(response, 'This Host is not served here.');
  if (origin !== undefined && !hosts.some((known) => origin === `http://${known}`))
    return refuse(response, 'This Origin may not ask here.');
  if (isCrossSite(request)) return refuse(response, 'Other sites may not ask here.');
  next();
}

/** Lets through only requests whose `X-Leakwatch-Token` is the one that the address given to the user carries. */
export function requireToken(token: string) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get('x-leakwatch-token') ?? '';
    if (timingSafeEqual(digest(given), digest(token))) return next();
    refuse(response, 'This needs the address that leakwatch printed when it started.');
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A link from elsewhere may open the page itself; nothing else is for other sites. */
function isCrossSite(request: Request): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(request.path === '/' && request.headers['sec-fetch-mode'] === 'navigate');
}

function refuse(response: Response, message: string): void {
  response.status(403).json({ error: message });
}
