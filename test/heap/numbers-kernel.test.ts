import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as kernelModule from '../../analyzer/heap/numbers-kernel.ts';
import { NumberBatch } from '../../analyzer/heap/record-batch.ts';
import { random } from './big-graphs.ts';

// compiled: the program lies beside the compiled module
const { compiledKernel, NumbersKernel } = createRequire(__filename)(
  join(__dirname, '../../dist/analyzer/heap/numbers-kernel.js'),
) as typeof kernelModule;

function kernelWith(text: string, offset = 0): kernelModule.NumbersKernel {
  const kernel = new NumbersKernel(compiledKernel()!);
  kernel.text.fill(0xff);
  if (offset > 0) kernel.text.fill('[', 0, offset);
  kernel.text.write(text, offset, 'latin1');
  return kernel;
}

/** Numbers of 1 to 10 digits, as often as V8 writes them so. */
function randomNumbers(seed: number, count: number): number[] {
  const next = random(seed);
  return Array.from({ length: count }, () =>
    Math.floor(next() * Math.min(2 ** 32, 10 ** Math.ceil(next() * 10))),
  );
}

function textOf(numbers: readonly number[], perLine: number): string {
  return numbers.map((number, index) => `${index % perLine === 0 ? '\n' : ''},${number}`).join('');
}

describe('the kernel', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('decodes what JSON.parse does, text %i', (seed) => {
    const numbers = randomNumbers(seed, 1 + 97 * seed);
    const text = `${textOf(numbers, 3)}]`;
    const kernel = kernelWith(text, 16 + seed);
    expect(kernel.decode(16 + seed, 16 + seed + text.length)).toBe(16 + seed + text.length - 1);
    expect([...kernel.values.subarray(0, kernel.count)]).toEqual(numbers);
    expect(kernel.isTooLarge).toBe(false);
  });

  it('takes each number once, wherever a text is cut', () => {
    const numbers = randomNumbers(1, 60);
    const text = `[${textOf(numbers, 5)},`;
    for (let cut = 1; cut <= text.length; cut++) {
      const kernel = kernelWith(text);
      expect(kernel.decode(1, cut)).toBe(cut);
      expect(kernel.decode(cut, text.length)).toBe(text.length);
      expect([cut, ...kernel.values.subarray(0, kernel.count)]).toEqual([cut, ...numbers]);
    }
  });

  it.each([' ', '-', '"', 'x', '.', '\u0000', '\u00ff'])('stops at %j', (stranger) => {
    const kernel = kernelWith(`[1,22${stranger}333,4`);
    expect(kernel.decode(1, 11)).toBe(5);
    expect([...kernel.values.subarray(0, kernel.count)]).toEqual([1, 22]);
  });

  it.each([
    ['4294967295', false],
    ['4294967296', true],
    ['9007199254740993', true],
    ['99999999999999999999', true],
    ['0000000000000007', true],
  ])('says of %s whether 32 bits hold it', (digits, isTooLarge) => {
    const kernel = kernelWith(`[${digits},`);
    kernel.decode(1, digits.length + 2);
    expect(kernel.isTooLarge).toBe(isTooLarge);
    expect(kernel.count).toBe(1);
  });

  it('puts fields into columns as the loops in JavaScript do', () => {
    const numbers = randomNumbers(3, 1000).map((number) => (number % 200) * 7);
    const text = `[${textOf(numbers, 3)},`;
    for (const [first, fieldCount, field] of [
      [0, 3, 0],
      [4, 3, 2],
      [5, 7, 1],
      [6, 7, 6],
      [2, 1200, 1],
    ]) {
      const kernel = kernelWith(text);
      kernel.decode(1, text.length);
      const byKernel = kernel.batch(first);
      const byLoop = Object.assign(new NumberBatch(Uint32Array.from(numbers)), { first, count: 1000 });
      const quotients = { divisor: 7, limit: 1400 };
      const columns = [byKernel, byLoop].map((batch) => {
        const column = new Uint32Array(1010);
        const bytes = new Uint8Array(1010);
        const nodes = new Uint32Array(1010);
        batch.copyField(fieldCount, field, column);
        const largest = batch.copyByteField(fieldCount, field, bytes);
        expect(batch.copyQuotients(fieldCount, field, nodes, quotients)).toBeNull();
        return { column, bytes, nodes, largest };
      });
      expect(columns[0]).toEqual(columns[1]);
      expect(columns[0].column.some((value) => value > 0)).toBe(first !== 2);
    }
  });

  it.each([
    [
      { divisor: 7, limit: 1400 },
      { value: 15, row: 1 },
    ],
    [
      { divisor: 5, limit: 10 },
      { value: 15, row: 1 },
    ],
  ])('finds the number that is no quotient by %j', (quotients, stray) => {
    const kernel = kernelWith('[1,0,1,15,1,35,');
    kernel.decode(1, 15);
    expect(kernel.batch(0).copyQuotients(2, 1, new Uint32Array(3), quotients)).toEqual(stray);
  });
});
