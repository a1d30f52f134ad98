import { happened, intended, refused, unchanged } from '../../kernel/decision';
import type { Decision, Intention, RecordedEvent } from '../../kernel/decision';
import { generationOf } from '../../kernel/epoch';
import type { Json } from '../../kernel/json';
import type { DecisionContext, Handlers, States } from '../../participant/service';
import { entryOf, sagaAggregate } from '../journal/state';
import type { JournalState } from '../journal/state';
import type { ParentOf, ReleaseCall, RunCall, UnwindCall } from './calls';
import { childIdOf } from './commands';
import type { childCommands } from './commands';

type Journal = States<JournalState>;
const aggregates = ({ workflowId }: { readonly workflowId: string }) => [sagaAggregate(workflowId)];

/** The journal's decisions about sagas that are steps of sagas. */
export const childHandlers: Handlers<JournalState, typeof childCommands> = {
  runChild: {
    aggregates,
    intend(states, { child, deadlineAtMs, input, pace, family, ...asked }, context) {
      return whileInCharge(states, asked, context) ?? intended(runCall());
      function runCall(): RunCall {
        const { step, of, businessKey } = asked;
        return {
          ...{ do: 'run', parent: parentOf(asked), step, of, businessKey, deadlineAtMs, input },
          child: childIdOf(child, context.epoch),
          owner: context.owner,
          ...(family === undefined ? {} : { family }),
          ...(pace === undefined ? {} : { pace: pace as NonNullable<RunCall['pace']> }),
        };
      }
    },
    conclude(_states, { call, word }) {
      if (word.word === 'refused') return refused(word.code, word.detail);
      const { parent, step, child } = call as unknown as RunCall;
      const { result = null } = word.answer as { readonly result?: Json };
      return happened([childEvent('saga.child-held', parent, { step, child })], { child, result });
    },
    abandon: () => unchanged(),
  },
  unwindChild: {
    outside: (effect) => unwindCall(effect),
    reverse(_states, effect) {
      const { sagaId, saga, workflowId, step = null, child = null } = heldOf(effect)?.data ?? {};
      const parent = { sagaId, saga, workflowId } as ParentOf;
      return happened([childEvent('saga.child-unwound', parent, { step, child })]);
    },
  },
  commit: {
    aggregates,
    decide: (states, input, context) =>
      whileInCharge(states, input, context) ?? happened([childEvent('saga.committed', input, {})]),
  },
  releaseChildren: {
    aggregates,
    intend(states, { children, ...asked }): Decision | Intention {
      if (entryOf(states, asked)?.sagaId !== asked.sagaId) return refused('SAGA_UNKNOWN');
      const call: ReleaseCall = { do: 'release', parent: parentOf(asked), children };
      return intended(call);
    },
    conclude(_states, { call, word }) {
      if (word.word === 'refused') return refused(word.code, word.detail);
      const { parent, children } = call as unknown as ReleaseCall;
      return happened([childEvent('saga.children-released', parent, { children })]);
    },
    abandon: () => unchanged(),
  },
  ruled: {
    aggregates,
    decide(states, { parent, verdict, ...child }) {
      const known = entryOf(states, child);
      if (known?.sagaId !== child.sagaId) return refused('SAGA_UNKNOWN', child.sagaId);
      if (known.parent?.sagaId !== parent) return refused('NOT_ITS_PARENT', parent);
      if (known.verdict === verdict) return unchanged();
      if (known.verdict !== undefined) return refused('VERDICT_GIVEN', known.verdict);
      if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
      return happened([childEvent('saga.ruled', child, { verdict, parent })]);
    },
  },
  shut: {
    aggregates,
    decide(states, { workflowId, reason }) {
      const known = states(sagaAggregate(workflowId));
      if (known?.kind === 'shut') return unchanged();
      if (known !== undefined) return refused('BUSINESS_KEY_USED', workflowId);
      const data = { workflowId, reason };
      return happened([{ aggregateId: sagaAggregate(workflowId), type: 'saga.shut', data }]);
    },
  },
};

function parentOf({ sagaId, saga, workflowId }: ParentOf): ParentOf {
  return { sagaId, saga, workflowId };
}

/** A refusal for sagas that are not open, and for runs that a recovery has taken over from. */
function whileInCharge(
  states: Journal,
  parent: ParentOf,
  { epoch }: DecisionContext,
): Decision | undefined {
  const known = entryOf(states, parent);
  if (known?.sagaId !== parent.sagaId) return refused('SAGA_UNKNOWN', parent.sagaId);
  if (known.status === 'finished') return refused('SAGA_FINISHED', known.outcome);
  if (generationOf(epoch) >= known.generation) return undefined;
  return refused('GENERATION_OVER', `generation ${known.generation} is in charge`);
}

function childEvent(type: string, { sagaId, saga, workflowId }: ParentOf, more: Data) {
  const data = { sagaId, saga, workflowId, ...more };
  return { aggregateId: sagaAggregate(workflowId), type, data };
}

type Data = { readonly [key: string]: Json };

function heldOf(effect: readonly RecordedEvent[]): RecordedEvent | undefined {
  return effect.find(({ type }) => type === 'saga.child-held');
}

function unwindCall(effect: readonly RecordedEvent[]): UnwindCall | undefined {
  const data = heldOf(effect)?.data;
  if (data === undefined) return undefined;
  const { child } = data as { readonly child?: string };
  return { do: 'unwind', parent: parentOf(data as unknown as ParentOf), child: child ?? '' };
}
