import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { happened, intended, refused, unchanged } from '../../platform/kernel/decision';
import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import type { Json } from '../../platform/kernel/json';
import type { StepMessage } from '../../platform/kernel/step';
import type { StepParticipant } from '../../platform/participant/handle';
import { createParticipant } from '../../platform/participant/handle';
import type { Outside } from '../../platform/participant/outside/port';
import { defineService } from '../../platform/participant/service';
import type { ParticipantOptions } from '../../platform/participant/unit';
import { boxPartitions, boxSchemas, boxService } from './box-service';
import type { Box } from './box-service';

/** Boxes whose coins come from a card: the smallest service that calls the outside. */
export const tillContract = defineParticipant('tills', {
  buy: command({
    input: z.strictObject({
      boxId: z.string().min(1),
      coins: z.int().min(1),
      /** `declined`: the card's issuer says no; `local`: nothing has to be called. */
      as: z.enum(['card', 'declined', 'local']).default('card'),
    }),
    result: z.strictObject({ coins: z.int() }),
    refusals: ['BOX_DECLINED'],
  }),
  unbuy: undo({ of: 'buy', input: z.strictObject({}) }),
});

const fact = (boxId: string, type: string, coins: number): NewEvent => ({
  aggregateId: boxId,
  type,
  data: { coins },
});

const takenBack = (effect: readonly RecordedEvent[]) =>
  happened(
    effect.map(({ aggregateId, data }) =>
      fact(aggregateId, 'box.taken', (data as { coins: number }).coins),
    ),
  );

/** What a call to the provider says of the box: the box is its reference. */
interface Call {
  readonly reference: string;
  readonly amountCents: number;
}

/**
 * An intent puts half of the coins into the box, the provider's word the other half: so it can be seen from outside
 * whether nothing, an intent, or the whole effect stands.
 */
export const tillService = defineService({
  participant: tillContract,
  handlers: {
    buy: {
      aggregates: ({ boxId }) => [boxId],
      intend: (_states, { boxId, coins, as }) => {
        const half = fact(boxId, 'box.put', coins);
        if (as === 'local') return happened([half, half], { coins });
        const card = as === 'declined' ? 'declined-card' : 'card';
        const call = { operation: 'authorize', reference: boxId, card };
        return intended({ ...call, amountCents: coins, currency: 'EUR' }, [half]);
      },
      conclude: (_states, { call, word }) => {
        const { reference, amountCents: coins } = call as unknown as Call;
        if (word.word === 'happened') {
          const { id: authorization } = word.answer as { id: string };
          const put = fact(reference, 'box.put', coins);
          return happened([{ ...put, data: { coins, authorization } }], { coins });
        }
        return refused('BOX_DECLINED', 'no', [fact(reference, 'box.taken', coins)]);
      },
      abandon: (_states, effect) => (effect.length === 0 ? unchanged() : takenBack(effect)),
    },
    unbuy: {
      outside: releaseOf,
      reverse: (_states, effect) => takenBack(effect),
    },
  },
  operations: {},
  evolve: boxService.evolve.bind(boxService),
});

function releaseOf(effect: readonly RecordedEvent[]): Json | undefined {
  const bought = effect.find(({ data }) => 'authorization' in data);
  if (bought === undefined) return undefined;
  const { coins, authorization = '' } = bought.data as { coins: number; authorization?: string };
  return {
    ...{ operation: 'release', reference: bought.aggregateId, authorization },
    ...{ amountCents: coins, currency: 'EUR' },
  };
}

/** The till on a store and an outside. */
export function tillParticipant(
  store: ParticipantOptions<Box>['store'],
  outside: Pick<Outside, 'ask'>,
): StepParticipant {
  let ticks = 0;
  return createParticipant({
    definition: tillService,
    store,
    outside,
    schemas: boxSchemas,
    clock: () => new Date(Date.UTC(2030, 0, 1) + (ticks += 1)),
    partitions: boxPartitions,
  });
}

/** A message of the one step of a saga that buys five coins. */
export function tillMessage(
  sagaId: string,
  kind: StepMessage['kind'],
  { epoch, run, as, coins }: { epoch: number; run: string; as?: string; coins: number },
): StepMessage {
  const input = { boxId: `${sagaId}-box`, coins, ...(as === undefined ? {} : { as }) };
  return {
    ...{ kind, epoch, run, sagaId, step: 'buy coins' },
    command: kind === 'undo' ? 'unbuy' : 'buy',
    input: kind === 'forward' ? input : {},
    saga: 'test-saga',
    correlationId: sagaId,
    owner: 'nobody',
  };
}
