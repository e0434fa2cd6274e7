/**
 * What clinic doctor calls a processstat file: one message of Protocol Buffers after the other, each after its length in
 * two bytes, big end first (@clinic/doctor 11, format/process-stat.proto and format/abstract-encoder.js).
 */

/** One of clinic's samples, which it takes every 10 ms unless told otherwise. */
export interface ProcessStat {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Milliseconds by which the sampler's timer was late. */
  readonly delay: number;
  /** Cores in use since the sample before. */
  readonly cpu: number;
  readonly memory: {
    readonly rss: number;
    readonly heapTotal: number;
    readonly heapUsed: number;
    readonly external: number;
    readonly arrayBuffers: number;
  };
  readonly handles: number;
  /** Percent, whole, since the process started; null of a Node that did not tell. */
  readonly loopUtilization: number | null;
}

const PREFIX_BYTES = 2;

/** The bytes of a processstat file. */
export function encodeProcessStats(stats: readonly ProcessStat[]): Buffer {
  return Buffer.concat(
    stats.flatMap((stat) => {
      const message = encoded(stat);
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt16BE(message.length);
      return [prefix, message];
    }),
  );
}

/** The samples in such bytes; null when they are no processstat file. A message cut short at the end is left out. */
export function decodeProcessStats(bytes: Buffer): readonly ProcessStat[] | null {
  const stats: ProcessStat[] = [];
  for (let at = 0; at + PREFIX_BYTES <= bytes.length;) {
    const endAt = at + PREFIX_BYTES + bytes.readUInt16BE(at);
    if (endAt > bytes.length) break;
    const stat = decoded(bytes.subarray(at + PREFIX_BYTES, endAt));
    if (stat === null) return null;
    stats.push(stat);
    at = endAt;
  }
  return stats;
}

function encoded({ timestamp, delay, cpu, memory, handles, loopUtilization }: ProcessStat): Buffer {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = memory;
  const inner = doubles([rss, heapTotal, heapUsed, external, arrayBuffers]);
  return Buffer.concat([
    doubles([timestamp, delay, cpu]),
    Buffer.from([tagOf(4, WIRE.bytes), inner.length]),
    inner,
    numberField(5, handles),
    ...(loopUtilization === null ? [] : [numberField(6, loopUtilization)]),
  ]);
}

/** How a field's value is written. */
const WIRE = { varint: 0, double: 1, bytes: 2 } as const;
const WIRE_BITS = 3;

function tagOf(field: number, wire: number): number {
  return (field << WIRE_BITS) | wire;
}

const DOUBLE_BYTES = 8;

/** Fields 1, 2, 3 …, each a double. */
function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * (1 + DOUBLE_BYTES));
  for (const [index, value] of values.entries()) {
    const at = index * (1 + DOUBLE_BYTES);
    bytes.writeUInt8(tagOf(index + 1, WIRE.double), at);
    bytes.writeDoubleLE(value, at + 1);
  }
  return bytes;
}

// Seven bits to a byte, the lowest first; the eighth says that another one follows.
const GROUP = 128;

function numberField(field: number, value: number): Buffer {
  const bytes = [tagOf(field, WIRE.varint)];
  let rest = Math.max(0, Math.trunc(value));
  for (; rest >= GROUP; rest = Math.floor(rest / GROUP)) bytes.push((rest % GROUP) + GROUP);
  return Buffer.from([...bytes, rest]);
}

function decoded(message: Buffer): ProcessStat | null {
  const fields = fieldsOf(message);
  const memory = fields?.get(4);
  const inner = memory instanceof Buffer ? fieldsOf(memory) : null;
  if (fields === null || inner === null) return null;
  const [timestamp, delay, cpu, handles] = [1, 2, 3, 5].map((field) => Number(fields.get(field)));
  const [rss, heapTotal, heapUsed, external] = [1, 2, 3, 4].map((field) => Number(inner.get(field)));
  if (![timestamp, delay, cpu, handles, rss, heapTotal, heapUsed, external].every(Number.isFinite))
    return null;
  const arrayBuffers = Number(inner.get(5) ?? 0);
  const utilization = fields.get(6);
  return {
    timestamp,
    delay,
    cpu,
    memory: { rss, heapTotal, heapUsed, external, arrayBuffers },
    handles,
    loopUtilization: utilization === undefined ? null : Number(utilization),
  };
}

/** Field -> its value, of the kinds that occur; null when the bytes are no message. */
function fieldsOf(message: Buffer): ReadonlyMap<number, number | Buffer> | null {
  const fields = new Map<number, number | Buffer>();
  for (let at = 0; at < message.length;) {
    const tag = message[at++];
    const value = valueAt(message, at, tag % (1 << WIRE_BITS));
    if (value === null) return null;
    fields.set(tag >> WIRE_BITS, value.value);
    at = value.endAt;
  }
  return fields;
}

interface Value {
  readonly value: number | Buffer;
  readonly endAt: number;
}

function valueAt(message: Buffer, at: number, wire: number): Value | null {
  if (wire === WIRE.double) {
    const endAt = at + DOUBLE_BYTES;
    return endAt > message.length ? null : { value: message.readDoubleLE(at), endAt };
  }
  const number = varintAt(message, at);
  if (wire === WIRE.varint || number === null) return number;
  const endAt = number.endAt + number.value;
  if (wire !== WIRE.bytes || endAt > message.length) return null;
  return { value: message.subarray(number.endAt, endAt), endAt };
}

function varintAt(message: Buffer, start: number): { readonly value: number; readonly endAt: number } | null {
  let value = 0;
  for (let at = start, weight = 1; at < message.length; at++, weight *= GROUP) {
    value += (message[at] % GROUP) * weight;
    if (message[at] < GROUP) return { value, endAt: at + 1 };
  }
  return null;
}
