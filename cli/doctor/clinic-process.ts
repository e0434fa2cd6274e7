/** A process of its own in which @clinic/doctor analyzes: what it loads, prints and takes its time for is not the command's. */
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pipeline, type Readable, type Transform } from 'node:stream';

/** What the command sends, once. */
export interface ToClinic {
  /** Where the package @clinic/doctor lies. */
  readonly packageFolder: string;
  /** A folder as clinic doctor writes it. */
  readonly dataFolder: string;
}

/** What comes back: what the analysis answers, or why there is no answer. */
export type FromClinic = { readonly analysis: unknown } | { readonly fault: string };

const send = (message: FromClinic) => process.send?.(message);

process.on('message', (work: ToClinic) => analyze(work));
process.on('uncaughtException', (error) => fail(error));
process.on('disconnect', () => process.exit());

type Decoder = new (systemInfo?: Transform) => Transform;
type Analysis = new (systemInfo: Transform, traceEvents: Transform, processStats: Transform) => Readable;

/** As the package's own `visualize` does it, of version 11. */
function analyze({ packageFolder, dataFolder }: ToClinic): void {
  const load = createRequire(join(packageFolder, 'package.json'));
  const decoded = (part: string, decoder: Transform) => {
    const file = join(dataFolder, `${basename(dataFolder)}-${part}`);
    pipeline(createReadStream(file), decoder, (error) => error && fail(error));
    return decoder;
  };
  const SystemInfoDecoder = load('./format/system-info-decoder.js') as Decoder;
  const TraceEventDecoder = load('./format/trace-event-decoder.js') as Decoder;
  const ProcessStatDecoder = load('./format/process-stat-decoder.js') as Decoder;
  const Analysis = load('./analysis/index.js') as Analysis;
  const systemInfo = decoded('systeminfo', new SystemInfoDecoder());
  const traceEvents = decoded('traceevent', new TraceEventDecoder(systemInfo));
  const processStats = decoded('processstat', new ProcessStatDecoder());
  const analysis = new Analysis(systemInfo, traceEvents, processStats);
  analysis.once('data', (answer: unknown) => send({ analysis: answer }));
  analysis.once('error', fail);
}

function fail(error: unknown): void {
  send({ fault: error instanceof Error ? error.message.split('\n')[0] : String(error) });
}
