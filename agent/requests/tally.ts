import type { RequestFigures } from '../recording.ts';

// Logarithmic buckets, as in HdrHistogram and DDSketch: a quantile is known within 4.4 % whatever its size.
const BUCKETS_PER_DOUBLING = 8;
const LEAST_EXPONENT = -10; // of two, in milliseconds: a microsecond
const DOUBLINGS = 30; // up to 17 minutes
const BUCKETS = BUCKETS_PER_DOUBLING * DOUBLINGS;

/** Counts requests and how long they took, in two kilobytes however many they are. */
export class Tally {
  count = 0;
  errors = 0;
  totalMs = 0;
  #maxMs = 0;
  // Bucket -> requests; a double holds more of them than a process lives to see.
  readonly #requests = new Float64Array(BUCKETS);

  /** @param weight how many requests it stands for */
  add(latencyMs: number, isError: boolean, weight = 1): void {
    this.count += weight;
    this.totalMs += latencyMs * weight;
    if (isError) this.errors += weight;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
    this.#requests[bucketOf(latencyMs)] += weight;
  }

  /** Counts what the other one has counted, too. */
  include(other: Tally): void {
    this.count += other.count;
    this.errors += other.errors;
    this.totalMs += other.totalMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#requests[bucket] += other.#requests[bucket];
  }

  clear(): void {
    this.count = this.errors = this.totalMs = this.#maxMs = 0;
    this.#requests.fill(0);
  }

  figures(): RequestFigures {
    return {
      count: this.count,
      errors: this.errors,
      latencyP50Ms: this.#quantileMs(0.5),
      latencyP99Ms: this.#quantileMs(0.99),
      latencyMaxMs: this.#maxMs,
    };
  }

  /** How many requests took less than 2 ** exponent milliseconds. */
  countUpTo(exponent: number): number {
    let requests = 0;
    const end = (exponent - LEAST_EXPONENT) * BUCKETS_PER_DOUBLING;
    for (let bucket = 0; bucket < end; bucket++) requests += this.#requests[bucket];
    return requests;
  }

  #quantileMs(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#requests[bucket];
      if (left <= 0) return Math.min(this.#maxMs, middleMs(bucket));
    }
    return this.#maxMs;
  }
}

function bucketOf(latencyMs: number): number {
  const bucket = Math.floor((Math.log2(latencyMs) - LEAST_EXPONENT) * BUCKETS_PER_DOUBLING);
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

function middleMs(bucket: number): number {
  return 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING + LEAST_EXPONENT);
}
