import { EventEmitter } from 'node:events';

import { guarded } from '../guarded.ts';
import { monotonicMs } from '../primordials.ts';
import type { Probe } from '../probe.ts';
import type { ManyListeners } from '../recording.ts';
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
  /** Absent when it is an EventTarget. */
  readonly emitter?: EventEmitter;
}

type Warned = Pick<ManyListeners, 'atMs' | 'emitter' | 'event' | 'count' | 'stack'>;

/** An emitter that Node has warned of, and how often it was last told to be listened to. */
interface Watched {
  readonly emitter: WeakRef<EventEmitter>;
  readonly name: string | symbol;
  readonly warned: Warned;
  told: number;
}

// Taken now: an application may have another one later.
const { listenerCount } = EventEmitter.prototype;

// A leak doubles again and again, and what is told of it stays short.
const TOLD_AGAIN_FACTOR = 2;

/**
 * Node's warnings of an emitter with too many listeners, with the stack that added the last of them; and how many there are
 * later, which is counted of these emitters alone and costs nothing as long as there are none.
 */
export const warningsProbe: Probe = {
  name: 'warnings',
  start(host) {
    let recorded = 0;
    let watched: readonly Watched[] = [];
    const onWarning = ({ name, type, count, emitter, stack }: ListenersWarning) => {
      if (name !== MAX_LISTENERS || recorded++ >= MAX_RECORDED) return;
      const warned: Warned = {
        atMs: host.atMs(monotonicMs()),
        emitter: String(emitter?.constructor?.name ?? ''),
        event: String(type),
        count: Number(count),
        stack: framesOf(String(stack)).slice(0, MAX_FRAMES),
      };
      host.record({ type: 'listeners', ...warned });
      if (!(emitter instanceof EventEmitter) || !isEventName(type)) return;
      watched = [...watched, { emitter: new WeakRef(emitter), name: type, warned, told: warned.count }];
    };
    const tellAgain = (one: Watched, emitter: EventEmitter) => {
      const count = listenerCount.call(emitter, one.name);
      if (count < TOLD_AGAIN_FACTOR * one.told) return;
      one.told = count;
      const { atMs, count: firstCount } = one.warned;
      const grewFrom = { atMs, count: firstCount };
      host.record({ type: 'listeners', ...one.warned, atMs: host.atMs(monotonicMs()), count, grewFrom });
    };
    const listener = guarded('the listener of warnings', onWarning, undefined, () => {});
    process.on('warning', listener);
    return {
      sample() {
        if (watched.length === 0) return {};
        watched = watched.filter((one) => {
          const emitter = one.emitter.deref();
          if (emitter !== undefined) tellAgain(one, emitter);
          return emitter !== undefined;
        });
        return {};
      },
      stop() {
        process.removeListener('warning', listener);
      },
    };
  },
};

function isEventName(type: unknown): type is string | symbol {
  return typeof type === 'string' || typeof type === 'symbol';
}
