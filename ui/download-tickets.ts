import { randomBytes } from 'node:crypto';

const VALID_MS = 60_000;

/**
 * Addresses that give one file, once, for a minute: a browser saves a large file only by following a link, which cannot
 * carry the token, and the token must not be in an address.
 */
export class DownloadTickets {
  private readonly tickets = new Map<string, { readonly file: string; readonly until: number }>();

  /** @param now epoch milliseconds */
  issue(file: string, now: number): string {
    for (const [ticket, { until }] of this.tickets) if (until < now) this.tickets.delete(ticket);
    const ticket = randomBytes(16).toString('hex');
    this.tickets.set(ticket, { file, until: now + VALID_MS });
    return ticket;
  }

  /** The file, or null for a ticket that is none, was used, or is too old. */
  redeem(ticket: string, now: number): string | null {
    const known = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    return known && known.until >= now ? known.file : null;
  }
}
