import { guarded } from '../guarded.ts';
import { monotonicMs } from '../primordials.ts';
import type { Probe } from '../probe.ts';
import { framesOf } from '../stalls/stack-text.ts';

const MAX_LISTENERS = 'MaxListenersExceededWarning';

// Each emitter is warned of once, so that an application that makes emitters has as many warnings.
const MAX_RECORDED = 50;

// By default the stack is cut at ten frames, of which half are Node's.
const MAX_FRAMES = 10;

interface ListenersWarning extends Error {
  /** The event's name. */
  readonly type?: unknown;
  readonly count?: unknown;
  readonly emitter?: { readonly constructor?: { readonly name?: unknown } };
}

/** Node's warnings of an emitter with too many listeners, with the stack that added the last of them. */
export const warningsProbe: Probe = {
  name: 'warnings',
  start(host) {
    let recorded = 0;
    const onWarning = (warning: ListenersWarning) => {
      if (warning.name !== MAX_LISTENERS || recorded++ >= MAX_RECORDED) return;
      host.record({
        type: 'listeners',
        atMs: host.atMs(monotonicMs()),
        emitter: String(warning.emitter?.constructor?.name ?? ''),
        event: String(warning.type),
        count: Number(warning.count),
        stack: framesOf(String(warning.stack)).slice(0, MAX_FRAMES),
      });
    };
    const listener = guarded('the listener of warnings', onWarning, undefined, () => {});
    process.on('warning', listener);
    return {
      stop() {
        process.removeListener('warning', listener);
      },
    };
  },
};
