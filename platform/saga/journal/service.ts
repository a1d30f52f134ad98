import { busy, happened, refused, unchanged } from '../../kernel/decision';
import type { Json } from '../../kernel/json';
import { defineService } from '../../participant/service';
import type { States } from '../../participant/service';
import { journal } from './contract';
import { childHandlers } from '../children/decide';
import {
  entryOf,
  evolveJournal,
  isRevoked,
  placeOfAct,
  sagaAggregate,
  subjectAggregate,
  switchAggregate,
} from './state';
import type { JournalEntry, JournalState } from './state';

type Of = { readonly workflowId: string };
const aggregates = ({ workflowId }: Of) => [sagaAggregate(workflowId)];

/** The journal's decisions: a start is unique per workflow id for ever, an outcome is recorded once. */
export const journalService = defineService({
  participant: journal,
  handlers: {
    started: {
      aggregates: ({ workflowId, saga, owner }) => [
        ...[sagaAggregate(workflowId), switchAggregate(saga), subjectAggregate(owner)],
      ],
      decide(states: States<JournalState>, { input: request, startedAt, grantedAt, ...input }) {
        const known = entryOf(states, input);
        if (known !== undefined) return refused('BUSINESS_KEY_USED', `used by ${known.sagaId}`);
        if (states(sagaAggregate(input.workflowId)) !== undefined) {
          return refused('BUSINESS_KEY_USED', 'the step that would have started it was given up');
        }
        // In one transaction with the record: a saga is refused, or it is among those that a revocation finds open.
        if (isGrantRevoked(states, input.owner, grantedAt)) {
          return refused('GRANT_REVOKED', 'what was granted for this person was revoked');
        }
        const type = states(switchAggregate(input.saga));
        // A stopped type is no refusal: what was accepted at the door waits here until it is resumed.
        if (type?.kind === 'switch' && type.stopped) return busy(`stopped: ${input.saga}`);
        return fact('saga.started', input, {
          ...(request === undefined ? {} : { input: request }),
          ...(startedAt === undefined ? {} : { startedAt }),
        });
      },
    },
    parked: { aggregates, decide: (states, input) => whileOpen(states, 'saga.parked', input) },
    unparked: { aggregates, decide: (states, input) => whileOpen(states, 'saga.unparked', input) },
    acted: {
      aggregates,
      decide(states, input) {
        const { jti = '' } = input;
        const place = entryOf(states, input)?.acts?.[jti];
        if (place !== undefined && place !== placeOfAct(input)) {
          return refused('ACT_USED_ELSEWHERE', 'the same act was taken before, at another step');
        }
        return whileOpen(states, 'saga.acted', input);
      },
    },
    interrupted: {
      aggregates,
      decide: (states, input) => whileOpen(states, 'saga.interrupted', input),
    },
    held: {
      aggregates,
      decide(states, { result, ...input }) {
        return whileOpen(states, 'saga.held', input, result === undefined ? {} : { result });
      },
    },
    continued: {
      aggregates,
      decide(states, input) {
        const known = entryOf(states, input);
        if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
        if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
        if (isOver(known, input)) return refused('GENERATION_OVER', `${known.generation}`);
        const generation = known.generation + 1;
        return fact('saga.continued', { ...input, generation }, { generation });
      },
    },
    recovering: {
      aggregates,
      decide(states, input) {
        const known = entryOf(states, input);
        if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
        if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
        const generation = known.generation + 1;
        const { held, decided, recoveries, runs, verdict } = known;
        const ruled = verdict === undefined ? {} : { verdict };
        const result = { generation, held, decided, recoveries, runs, ...ruled };
        return fact('saga.recovering', { ...input, generation }, result);
      },
    },
    finished: {
      aggregates,
      decide(states, input) {
        const known = entryOf(states, input);
        if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
        if (known.status === 'finished') {
          return known.outcome === input.outcome
            ? unchanged()
            : refused('OUTCOME_CONFLICT', `${known.outcome} is recorded`);
        }
        return isOver(known, input)
          ? refused('GENERATION_OVER', `generation ${known.generation} is in charge`)
          : fact('saga.finished', input);
      },
    },
    switched: {
      aggregates: ({ saga }) => [switchAggregate(saga)],
      decide(states, { stopped, ...input }) {
        const known = states(switchAggregate(input.saga));
        if ((known?.kind === 'switch' && known.stopped) === stopped) return unchanged();
        const type = stopped ? 'saga-type.stopped' : 'saga-type.resumed';
        return happened([{ aggregateId: switchAggregate(input.saga), type, data: input }]);
      },
    },
    revoked: {
      aggregates: ({ subject }) => [subjectAggregate(subject)],
      decide(_states, input, { now }) {
        const data = { ...input, revokedAt: now };
        const event = {
          aggregateId: subjectAggregate(input.subject),
          type: 'subject.revoked',
          data,
        };
        return happened([event], { revokedAt: now });
      },
    },
    ...childHandlers,
  },
  operations: {},
  aggregates: {
    saga: { id: 'workflowId', events: ['saga'] },
    'saga-type': { id: 'saga', events: ['saga-type'] },
    subject: { id: 'subject', events: ['subject'] },
  },
  evolve: evolveJournal,
});

function isGrantRevoked(
  states: States<JournalState>,
  owner: string,
  grantedAt: string | undefined,
): boolean {
  if (grantedAt === undefined) return false;
  return isRevoked(states(subjectAggregate(owner)), Date.parse(grantedAt));
}

type Recorded = Of & { readonly sagaId: string; readonly generation?: number | undefined };

/** The records of a generation that a recovery has taken over from are refused. */
function isOver(known: JournalEntry, { generation = 0 }: Recorded): boolean {
  return generation < known.generation;
}

function whileOpen(states: States<JournalState>, type: string, input: Recorded, result: Json = {}) {
  const known = entryOf(states, input);
  if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
  if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
  if (isOver(known, input)) {
    return refused('GENERATION_OVER', `generation ${known.generation} is in charge`);
  }
  return fact(type, input, result);
}

function fact(type: string, input: Recorded, result: Json = {}) {
  const data = input as unknown as { readonly [key: string]: Json };
  return happened([{ aggregateId: sagaAggregate(input.workflowId), type, data }], result);
}
