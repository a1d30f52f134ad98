import type { LogEvent } from '../../../console/src/gateway/answers';
import type { Saga, SagaStep } from '../../../console/src/gateway/saga-answers';

/** Noon of a day nobody needs to know. */
export const startMs = Date.parse('2026-03-01T12:00:00.000Z');

export const at = (sinceMs: number): string => new Date(startMs + sinceMs).toISOString();

/** A step that began and, where it says so, ended so many milliseconds after its saga. */
export function step(
  name: string,
  [fromMs, toMs]: readonly [number, number?],
  more: Partial<SagaStep> = {},
): SagaStep {
  return {
    ...{ name, kind: 'compensatable', participant: 'orders', command: 'open', status: 'done' },
    ...{ epoch: 1, startedAt: at(fromMs) },
    ...(toMs === undefined ? {} : { finishedAt: at(toMs) }),
    ...more,
  };
}

export function saga(steps: readonly SagaStep[], more: Partial<Saga> = {}): Saga {
  return {
    ...{ id: 'place-order:5f1c', saga: 'place-order', businessKey: 'o-1', state: 'running' },
    ...{ startedAt: at(0), steps, parked: [], links: {} },
    ...more,
  };
}

let offset = 0;

export function event(
  [aggregateId, seq]: readonly [string, number],
  type: string,
  more: Partial<LogEvent> = {},
): LogEvent {
  offset += 1;
  return {
    ...{
      service: 'orders',
      partition: 0,
      offset: String(offset),
      recordedTime: at(0),
      topic: 'service-events.orders',
    },
    ...{ aggregateId, seq, type, schema: '1.0', time: at(0), data: {} },
    ...more,
  };
}

/** An event of a step, so many milliseconds after the start of its saga. */
export function ofStep(
  name: string,
  direction: 'forward' | 'undo',
  sinceMs: number,
  type = 'order.opened',
): LogEvent {
  const more = { step: name, direction, epoch: 1, time: at(sinceMs) };
  return event([`order/${name}`, direction === 'forward' ? 1 : 2], type, more);
}
