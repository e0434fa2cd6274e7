import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NumberBatch } from './record-batch.ts';
import type { Quotients } from './record-batch.ts';

const PROGRAM = 'kernel/numbers.wasm';

/** What kernel/numbers.ts exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly TEXT: WebAssembly.Global;
  readonly VALUES: WebAssembly.Global;
  readonly FIELD: WebAssembly.Global;
  readonly count: WebAssembly.Global;
  readonly isTooLarge: WebAssembly.Global;
  decode(start: number, end: number, known: number): number;
  gather(first: number, end: number, stride: number): void;
  gatherBytes(first: number, end: number, stride: number): number;
  gatherQuotients(first: number, end: number, stride: number, divisor: number, limit: number): number;
}

/** @returns null where the program is not at hand (TypeScript sources), or the machine has no WebAssembly with SIMD */
export function compiledKernel(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(readFileSync(join(__dirname, PROGRAM)));
  } catch {
    return null;
  }
}

/**
 * Decodes text of digits, commas and line feeds by WebAssembly, 64 bytes at a time: three times as fast as a loop over bytes,
 * which mispredicts the end of every second number. Everything else in the text is left to its user.
 */
export class NumbersKernel {
  /** What is decoded: one block with its margins. */
  readonly text: Buffer;
  /** What was decoded: `count` numbers. */
  readonly values: Uint32Array;
  count = 0;
  private readonly exports: KernelExports;

  constructor(program: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(program).exports as KernelExports;
    const { memory, TEXT, VALUES, FIELD } = this.exports;
    this.text = Buffer.from(memory.buffer, TEXT.value, VALUES.value - TEXT.value);
    this.values = new Uint32Array(memory.buffer, VALUES.value, (FIELD.value - VALUES.value) / 4);
  }

  clear(): void {
    this.count = 0;
  }

  /**
   * Adds the numbers whose last digit is followed by a byte of text[start] ..< text[end], up to and with the first byte that is
   * neither digit, comma nor line feed.
   * @returns the offset of that byte, or `end`
   */
  decode(start: number, end: number): number {
    const stoppedAt = this.exports.decode(start, end, this.count);
    this.count = this.exports.count.value;
    return stoppedAt;
  }

  /** Whether the last decoding met a number that 32 bits don't hold. */
  get isTooLarge(): boolean {
    return this.exports.isTooLarge.value === 1;
  }

  /** All numbers, of a section of which `first` came before; valid until something is decoded. */
  batch(first: number): NumberBatch {
    const batch = new KernelBatch(this.values, this.exports);
    batch.first = first;
    batch.count = this.count;
    return batch;
  }
}

class KernelBatch extends NumberBatch {
  private readonly exports: KernelExports;

  constructor(values: Uint32Array, exports: KernelExports) {
    super(values);
    this.exports = exports;
  }

  override copyField(fieldCount: number, field: number, column: Uint32Array): void {
    const { position, row } = this.firstOf(fieldCount, field);
    this.exports.gather(position, this.count, fieldCount);
    column.set(this.gathered(Uint32Array, fieldCount, position), row);
  }

  override copyByteField(fieldCount: number, field: number, column: Uint8Array): number {
    const { position, row } = this.firstOf(fieldCount, field);
    const largest = this.exports.gatherBytes(position, this.count, fieldCount) >>> 0;
    column.set(this.gathered(Uint8Array, fieldCount, position), row);
    return largest;
  }

  override copyQuotients(
    fieldCount: number,
    field: number,
    column: Uint32Array,
    quotients: Quotients,
  ): { value: number; row: number } | null {
    const { divisor, limit } = quotients;
    const { position, row } = this.firstOf(fieldCount, field);
    if (this.exports.gatherQuotients(position, this.count, fieldCount, divisor, limit) !== 0)
      return super.copyQuotients(fieldCount, field, column, quotients); // finds the place
    column.set(this.gathered(Uint32Array, fieldCount, position), row);
    return null;
  }

  private gathered<Column>(
    kind: new (memory: ArrayBuffer, offset: number, length: number) => Column,
    fieldCount: number,
    position: number,
  ): Column {
    const { memory, FIELD } = this.exports;
    const length = Math.max(0, Math.ceil((this.count - position) / fieldCount));
    return new kind(memory.buffer, FIELD.value, length);
  }
}
