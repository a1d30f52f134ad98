import type { RecordedEvent } from '../../kernel/decision';
import { happened, refused, unchanged } from '../../kernel/decision';
import type { Json } from '../../kernel/json';
import { defineService } from '../../participant/service';
import type { States } from '../../participant/service';
import { journal } from './contract';

/** What the journal knows of the one saga a workflow id may ever have. */
export interface JournalEntry {
  readonly sagaId: string;
  readonly saga: string;
  readonly status: 'started' | 'parked' | 'finished';
  /** Only when finished. */
  readonly outcome?: string;
}

const aggregateId = (workflowId: string) => `saga/${workflowId}`;
const aggregates = ({ workflowId }: { workflowId: string }) => [aggregateId(workflowId)];

/** The journal's decisions: a start is unique per workflow id for ever, an outcome is recorded once. */
export const journalService = defineService({
  participant: journal,
  handlers: {
    started: {
      aggregates,
      decide(states, input) {
        const known = states(aggregateId(input.workflowId));
        if (known === undefined) return fact('saga.started', input);
        return refused('BUSINESS_KEY_USED', `used by ${known.sagaId}`);
      },
    },
    parked: { aggregates, decide: (states, input) => whileOpen(states, 'saga.parked', input) },
    acted: { aggregates, decide: (states, input) => whileOpen(states, 'saga.acted', input) },
    finished: {
      aggregates,
      decide(states, input) {
        const known = states(aggregateId(input.workflowId));
        if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
        if (known.status !== 'finished') return fact('saga.finished', input);
        return known.outcome === input.outcome
          ? unchanged()
          : refused('OUTCOME_CONFLICT', `${known.outcome} is recorded`);
      },
    },
  },
  operations: {},
  evolve(entry: JournalEntry | undefined, { type, data }: RecordedEvent): JournalEntry {
    const { sagaId, saga, outcome } = data as { sagaId: string; saga: string; outcome?: string };
    const known = entry ?? { sagaId, saga, status: 'started' };
    if (type === 'saga.parked') return { ...known, status: 'parked' };
    if (type === 'saga.acted') return { ...known, status: 'started' };
    if (type === 'saga.finished') return { ...known, status: 'finished', outcome: outcome ?? '' };
    return known;
  },
});

type Recorded = { readonly workflowId: string; readonly sagaId: string };

function whileOpen(states: States<JournalEntry>, type: string, input: Recorded) {
  const known = states(aggregateId(input.workflowId));
  if (known?.sagaId !== input.sagaId) return refused('SAGA_UNKNOWN', input.sagaId);
  if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
  return fact(type, input);
}

function fact(type: string, input: Recorded) {
  const data = input as unknown as { readonly [key: string]: Json };
  return happened([{ aggregateId: aggregateId(input.workflowId), type, data }]);
}
