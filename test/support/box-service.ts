import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { busy, happened, impossible, refused, unchanged } from '../../platform/kernel/decision';
import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import type { StepMessage } from '../../platform/kernel/step';
import type { EventSchemas } from '../../platform/outbox/ports';
import type { StepParticipant } from '../../platform/participant/handle';
import { createParticipant } from '../../platform/participant/handle';
import type { ParticipantOptions } from '../../platform/participant/unit';
import { defineService } from '../../platform/participant/service';

/** Boxes of coins: the smallest service that can do everything a decision may say. */
export const boxContract = defineParticipant('boxes', {
  put: command({
    input: z.strictObject({
      boxIds: z.array(z.string().min(1)).min(1),
      coins: z.int().min(1),
      /** What the decision is to be; `put` unless told. */
      as: z
        .enum(['put', 'unchanged', 'refused', 'declined', 'busy', 'unlisted', 'broken', 'stray'])
        .default('put'),
    }),
    result: z.strictObject({ coins: z.int() }),
    refusals: ['BOX_FULL', 'BOX_DECLINED'],
  }),
  take: undo({ of: 'put', input: z.strictObject({}) }),
});

export interface Box {
  readonly coins: number;
  readonly puts: number;
  readonly takes: number;
  readonly locked: boolean;
}

const fact = (boxId: string, type: string, coins: number): NewEvent => ({
  aggregateId: boxId,
  type,
  data: { coins },
});

export const boxService = defineService({
  participant: boxContract,
  handlers: {
    put: {
      aggregates: ({ boxIds }) => boxIds,
      decide: (_states, { boxIds, coins, as }, { sagaId }) => {
        const first = boxIds[0] ?? '';
        if (as === 'unchanged') return unchanged({ coins: 0 });
        if (as === 'refused') return refused('BOX_FULL', 'no room');
        if (as === 'declined')
          return refused('BOX_DECLINED', 'no', [fact(first, 'box.declined', coins)]);
        if (as === 'busy') return busy(`not ${sagaId}`);
        if (as === 'unlisted') return refused('NO_SUCH_CODE');
        if (as === 'broken') throw new TypeError('a bug of the handler');
        if (as === 'stray') return happened([fact('elsewhere', 'box.put', coins)], { coins });
        return happened(
          boxIds.map((boxId) => fact(boxId, 'box.put', coins)),
          { coins },
        );
      },
    },
    take: {
      reverse: (states, effect) =>
        effect.some((event) => states(event.aggregateId)?.locked === true)
          ? impossible('a box is locked')
          : happened(
              effect.map((event) =>
                fact(event.aggregateId, 'box.taken', (event.data as { coins: number }).coins),
              ),
            ),
    },
  },
  operations: {
    lock: {
      input: z.strictObject({ boxId: z.string(), locked: z.boolean() }),
      aggregates: (input) => [(input as { boxId: string }).boxId],
      decide: (states, input) => {
        const { boxId, locked } = input as { boxId: string; locked: boolean };
        if (states(boxId)?.locked === locked) return refused('BOX_LOCKED_ALREADY', 'nothing to do');
        const type = locked ? 'box.locked' : 'box.unlocked';
        return happened([fact(boxId, type, 0)], { locked });
      },
    },
  },
  evolve(box: Box | undefined, { type, data }: RecordedEvent): Box {
    const { coins } = data as { coins: number };
    const old = box ?? { coins: 0, puts: 0, takes: 0, locked: false };
    if (type === 'box.put') return { ...old, coins: old.coins + coins, puts: old.puts + 1 };
    if (type === 'box.taken') return { ...old, coins: old.coins - coins, takes: old.takes + 1 };
    if (type === 'box.declined') return old;
    return { ...old, locked: type === 'box.locked' };
  },
});

/** Accepts every event whose `coins` is a number: enough to see that the check runs in the transaction. */
export const boxSchemas: EventSchemas = {
  check(type, data) {
    const coins = (data as { coins?: unknown }).coins;
    if (typeof coins !== 'number' || coins === 666) {
      throw Object.assign(new Error(`${type}: /coins`), { code: 'EVENT_INVALID' });
    }
    return { version: '1.0', hash: 'none' };
  },
};

export const boxPartitions = 3;

/** The box service on a store; its clock runs in milliseconds from a fixed instant. */
export function boxParticipant(
  store: ParticipantOptions<Box>['store'],
  extra: Partial<Pick<ParticipantOptions<Box>, 'observe' | 'trace' | 'schemas'>> = {},
): StepParticipant {
  let ticks = 0;
  return createParticipant({
    definition: boxService,
    store,
    schemas: boxSchemas,
    clock: () => new Date(Date.UTC(2030, 0, 1) + (ticks += 1)),
    partitions: boxPartitions,
    ...extra,
  });
}

/** Builds the messages of one step; each may be sent any number of times. */
export function stepOf(sagaId: string, boxIds: readonly string[], step = 'put coins') {
  const message = (
    kind: StepMessage['kind'],
    epoch: number,
    { run = 'run-1', as, coins = 5 }: { run?: string; as?: string; coins?: number } = {},
  ): StepMessage => ({
    kind,
    epoch,
    run,
    sagaId,
    step,
    command: kind === 'undo' ? 'take' : 'put',
    input: kind === 'forward' ? { boxIds, coins, ...(as === undefined ? {} : { as }) } : {},
    saga: 'test-saga',
    correlationId: sagaId,
    owner: 'nobody',
  });
  return {
    forward: (epoch: number, how?: { run?: string; as?: string; coins?: number }) =>
      message('forward', epoch, how),
    undo: (epoch: number, how?: { run?: string }) => message('undo', epoch, how),
    settle: (epoch: number, how?: { run?: string }) => message('settle', epoch, how),
  };
}
