/**
 * A seeded program with a heap like a busy server's: tenants with users, orders, sessions, caches, listeners, closures,
 * timers, promises, buffers and weak maps. Writes one snapshot, or a pair between which some tenants changed.
 *
 *     node --max-old-space-size=16000 bench/make-heap.mjs TENANTS FILE [LATER-FILE]
 *
 * A tenant takes about 370 KB of snapshot, on top of 4 MB: 5 make 6 MB, 675 make 256 MB.
 */
import { EventEmitter } from 'node:events';
import { writeHeapSnapshot } from 'node:v8';

const CHANGED_SHARE = 0.05;
const [, , tenantCount, file, laterFile] = process.argv;
let state = 1;

/** The next number in [0, limit) of a sequence that is the same in every run (mulberry32). */
function random(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let value = Math.imul(state ^ (state >>> 15), 1 | state);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) % limit;
}

class Address {
  constructor(number) {
    this.street = `${number} Main Street`;
    this.geo = { latitude: number / 7, longitude: number / 11 };
  }

  isNear(other) {
    return Math.abs(this.geo.latitude - other.geo.latitude) < 1;
  }
}

class User {
  constructor(tenant, number) {
    this.name = `user-${tenant.number}-${number}`;
    this.email = `${this.name}@example.com`;
    this.address = new Address(number);
    this.roles = new Set(['reader', random(2) === 0 ? 'editor' : 'owner']);
    this.settings = { theme: 'dark', language: 'en', beta: random(2) === 0 };
    this.lastSeen = new Date(1_700_000_000_000 + number);
  }

  may(role) {
    return this.roles.has(role);
  }
}

class Order {
  constructor(user, number) {
    this.user = user;
    this.lines = Array.from({ length: 2 + random(6) }, (_, line) => ({
      sku: `sku-${random(5000)}`,
      amount: line + 0.5,
    }));
    this.state = random(3) === 0 ? { state: 'open' } : { state: 'paid', by: user };
    this.note = random(5) === 0 ? `Leave ${this.lines[0].sku} with ${user.name}`.slice(3) : null;
    this.next = null;
    this.number = number;
  }

  isPaid() {
    return this.state.state === 'paid';
  }
}

class Tenant {
  constructor(number) {
    this.number = number;
    this.users = Array.from({ length: 40 }, (_, index) => new User(this, index));
    this.orders = new Map();
    this.sessions = new Map();
    this.cache = {};
    this.bus = new EventEmitter().setMaxListeners(0);
    this.queue = [];
    this.metadata = new WeakMap();
    this.buffer = Buffer.from(`blob of ${number}`);
    this.samples = new Float64Array(64 + random(64));
    this.fill();
  }

  fill() {
    let previous = null;
    for (let index = 0; index < 220; index++) {
      const user = this.users[random(this.users.length)];
      const order = new Order(user, index);
      order.next = previous;
      previous = order;
      this.orders.set(`order-${this.number}-${index}`, order);
      if (index % 4 === 0) this.cache[`key-${random(1e9)}`] = { at: index, order };
      if (index % 8 === 0) this.listen(order);
      if (index % 10 === 0) this.metadata.set(order, { seen: true, tags: [`t${index}`] });
      if (index % 16 === 0) this.wait(order);
    }
    for (const user of this.users)
      this.sessions.set(Symbol(user.name), { user, token: random(2 ** 31).toString(36) });
  }

  listen(order) {
    const started = { order, at: this.number };
    this.bus.on(`event-${order.number % 3}`, () => started.order.number);
  }

  wait(order) {
    const forever = new Promise(() => {});
    this.queue.push(
      forever.then(() => order),
      awaiting(forever, order),
    );
  }
}

async function awaiting(forever, order) {
  await forever;
  return order;
}

globalThis.tenants = Array.from({ length: Number(tenantCount) }, (_, number) => new Tenant(number));
writeHeapSnapshot(file);
if (laterFile !== undefined) {
  for (let count = Math.ceil(globalThis.tenants.length * CHANGED_SHARE); count > 0; count--) {
    globalThis.tenants[random(globalThis.tenants.length)] = new Tenant(globalThis.tenants.length + count);
    globalThis.tenants.push(new Tenant(2 * globalThis.tenants.length + count));
  }
  writeHeapSnapshot(laterFile);
}
