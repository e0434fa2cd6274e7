import { recordedFinding } from './recorded-finding.ts';
import { bytesText, countText } from './render/units.ts';
import type { Finding } from './report.ts';
import type { OutsideGrowth } from './series/outside-heap.ts';

const NAME = 'memory outside the heap';

/** Growth that no object of the heap accounts for, as a finding: a recording sees it, a snapshot never does. */
export function outsideFinding(outside: OutsideGrowth): Finding {
  const { bytes, bytesPerMinute, windows } = outside;
  return recordedFinding({
    kind: 'native',
    title: `Memory outside the heap grows by ${bytesText(bytesPerMinute)} per minute, and no object of the heap accounts for it`,
    confidence: {
      score: 0.65,
      reasons: [
        `resident memory beyond the heap grew in each of ${countText(windows, 'window')} between snapshots, and did not slow down`,
      ],
      missing: [
        'a longer run: an allocator keeps freed memory, and a fragmented one may grow for minutes before it stays level',
      ],
    },
    subject: NAME,
    name: NAME,
    what: 'bytes of resident memory beyond the heap',
    container: 'native memory',
    objects: bytes,
    bytes,
    objectsPerMinute: null,
    bytesPerMinute,
    via: 'allocated by native code',
    gained: `${bytesText(bytes[bytes.length - 1] - bytes[0])} more between the first snapshot and the last`,
    fix:
      'Look at what has native memory behind it: addons, worker threads, databases, compressors, images. Close each when it is ' +
      'done. If the growth ends under another allocator (`LD_PRELOAD` with jemalloc), it is fragmentation and no leak.',
    evidence: [
      `${bytes.map(bytesText).join(' → ')} after the snapshots`,
      ...Array.from(outside.resources, ([name, [first, last]]) => `open ${name}: ${first} → ${last}`),
    ],
  });
}

/** Whether a finding is about memory that the heap's limit says nothing of. */
export const isOutside = ({ culprit }: Finding) => culprit.name === NAME;

/** The same beside findings that may be its cause. */
export function outsideSentence({ bytesPerMinute }: OutsideGrowth): string {
  return `Memory outside the heap grew as well, by ${bytesText(bytesPerMinute)} per minute.`;
}
