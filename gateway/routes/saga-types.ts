import { z } from 'zod';
import { switchTarget } from '../../platform/saga/verbs';
import type { SwitchAnswer, SwitchVerb } from '../../platform/saga/verbs';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import { jtiOf, personOf } from '../sagas/acting';
import { contractOf } from '../sagas/request';
import { problemOf } from '../sagas/send-verb';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { actReason } from './verbs';

const shared = { ...facingPeople, tag: 'sagas' } as const;
const type = z.object({
  name: z.string(),
  title: z.string(),
  stopped: z.boolean(),
  actor: z.string().optional().describe('Who turned it last'),
  reason: z.string().optional(),
  since: z.string().optional(),
});
const turning = {
  ...shared,
  method: 'POST',
  key: 'optional',
  roles: ['operator'],
  params: z.strictObject({ name: z.string().min(1).max(64) }),
  body: z.strictObject({ reason: actReason }),
  answer: { status: 200, body: type, text: 'The switch as it stands now' },
  problems: [
    ...([
      'SAGA_UNKNOWN',
      'GRANT_INVALID',
      'GRANT_EXPIRED',
      'VERB_INVALID',
      'VERB_REFUSED',
    ] as const),
    ...(['VERB_IN_PROGRESS', 'WORKERS_AWAY', 'SAGA_ENGINE_UNAVAILABLE'] as const),
  ],
} as const;

/** Operations on types of sagas: which there are, and whether they may start. */
export const sagaTypeOperations = defineOperations({
  listSagaTypes: {
    ...shared,
    method: 'GET',
    fresh: 'private',
    path: '/saga-types',
    summary: 'Types of sagas, and which of them are stopped',
    roles: 'authenticated',
    answer: { status: 200, body: z.object({ types: z.array(type) }), text: 'Every type' },
    problems: ['SAGA_ENGINE_UNAVAILABLE'],
  },
  stopSagaType: {
    ...turning,
    path: '/saga-types/:name/stop',
    summary: 'Start no more sagas of this type; running ones go on to their end',
  },
  resumeSagaType: {
    ...turning,
    path: '/saga-types/:name/resume',
    summary: 'Let sagas of this type start again',
  },
});

type TurnCall = Call<(typeof sagaTypeOperations)['stopSagaType' | 'resumeSagaType']>;

async function turn(parts: GatewayParts, call: TurnCall, verb: SwitchVerb): Promise<Answer> {
  const { name: saga, title } = contractOf(parts.catalog, call.params.name);
  const { reason } = call.body;
  const { subject } = call.principal;
  const jti = jtiOf(call.request, { verb, subject, body: { ...call.body, saga } });
  const person = personOf(parts.issuer, call.principal);
  const act = { verb, workflowId: switchTarget(saga), jti, reason };
  const grant = await parts.grants.mint(act, person);
  const delivery = await parts.switches.turn({ saga, verb, jti, reason, grant });
  parts.log.info('a switch was turned', { command: verb, actor: person.actor, saga });
  if (delivery.kind !== 'answered') throw problemOf(delivery, 'pause') ?? new Error('no answer');
  const { switches } = delivery.answer as SwitchAnswer;
  const state = switches.find((one) => one.saga === saga);
  return { body: { name: saga, title, stopped: verb === 'stop', ...shown(state) } };
}

function shown(state: SwitchAnswer['switches'][number] | undefined): object {
  if (state === undefined) return {};
  const { stopped, actor, reason, since } = state;
  return { stopped, actor, reason, since };
}

/** Handlers of {@link sagaTypeOperations}. */
export function sagaTypeHandlers(
  parts: GatewayParts,
): OperationHandlers<typeof sagaTypeOperations> {
  return {
    async listSagaTypes() {
      const known = await parts.switches.read();
      const types = parts.catalog.map(({ name, title }) => {
        return { name, title, stopped: false, ...shown(known.get(name)) };
      });
      return { body: { types } };
    },
    stopSagaType: (call) => turn(parts, call, 'stop'),
    resumeSagaType: (call) => turn(parts, call, 'resume'),
  };
}
