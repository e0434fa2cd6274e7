import { gzipSync } from 'node:zlib';
import {
  Function as PprofFunction,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { Frame } from './retained-stacks.ts';

/** The formats that profilers read. */
export const FORMATS = ['pprof', 'speedscope', 'folded'] as const;
export type Format = (typeof FORMATS)[number];

/** What a format's files are called. */
export const ENDINGS: Readonly<Record<Format, string>> = {
  pprof: '.pb.gz',
  speedscope: '.speedscope.json',
  folded: '.folded',
};

/** Stacks as a file of this format. @param name what the profile is of */
export function serialize(format: Format, frames: readonly Frame[], name: string): Buffer {
  return { pprof, speedscope, folded }[format](frames, name);
}

const pprofTitle = 'retained';

/** A gzipped profile.proto (github.com/google/pprof), for `go tool pprof`, Pyroscope and others: flat is own, cum retained. */
function pprof(frames: readonly Frame[]): Buffer {
  const stringTable = new StringTable();
  const id = (text: string) => stringTable.dedup(text);
  const valueType = (type: string, unit: string) => new ValueType({ type: id(type), unit: id(unit) });
  const functions = frames.map(
    ({ name, location }, index) =>
      new PprofFunction({
        id: index + 1,
        name: id(name),
        systemName: id(name),
        filename: id(location?.file ?? ''),
        startLine: location?.line ?? 0,
      }),
  );
  const locations = frames.map(
    ({ location }, index) =>
      new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: location?.line ?? 0 })] }),
  );
  const samples = stacksOf(frames).map(
    ({ stack, frame }) =>
      new Sample({
        locationId: stack.toReversed().map((index) => index + 1),
        value: [frame.selfObjects, frame.selfBytes],
      }),
  );
  const profile = new Profile({
    sampleType: [valueType('objects', 'count'), valueType(pprofTitle, 'bytes')],
    sample: samples,
    location: locations,
    function: functions,
    defaultSampleType: id(pprofTitle),
    stringTable,
  });
  return gzipSync(profile.encode());
}

/** For speedscope.app: https://www.speedscope.app/file-format-schema.json */
function speedscope(frames: readonly Frame[], name: string): Buffer {
  const stacks = stacksOf(frames);
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'leakwatch',
    activeProfileIndex: 0,
    shared: {
      frames: frames.map(({ name: frameName, location }) => ({
        name: frameName,
        ...(location === null ? {} : { file: location.file, line: location.line, col: location.column }),
      })),
    },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'bytes',
        startValue: 0,
        endValue: stacks.reduce((total, { frame }) => total + frame.selfBytes, 0),
        samples: stacks.map(({ stack }) => stack),
        weights: stacks.map(({ frame }) => frame.selfBytes),
      },
    ],
  };
  return Buffer.from(`${JSON.stringify(file)}\n`);
}

/** A line per stack, root first, for flamegraph.pl and inferno. */
function folded(frames: readonly Frame[]): Buffer {
  const lines = stacksOf(frames).map(({ stack, frame }) => {
    const names = stack.map((index) => frames[index].name.replaceAll(/[;\p{Cc}]/gu, ' '));
    return `${names.join(';')} ${frame.selfBytes}`;
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

interface Stack {
  /** FrameIndexes, root first. */
  readonly stack: readonly number[];
  readonly frame: Frame;
}

/** One for each frame that has bytes of its own. */
function stacksOf(frames: readonly Frame[]): Stack[] {
  return frames.flatMap((frame, index) => {
    if (frame.selfBytes === 0) return [];
    const stack = [index];
    for (let at = index; at !== 0;) stack.push((at = frames[at].parent));
    return [{ stack: stack.toReversed(), frame }];
  });
}
