import type { GrantRefused } from '../../host/saga-grants';
import type { Json } from '../../kernel/json';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import { hashOf } from '../../outbox/hash';
import type { ServiceStore } from '../../outbox/ports';
import type { StepParticipant } from '../../participant/handle';
import { isOpen } from '../../participant/outside/call-table';
import { isSagaGrantRefusal } from '../grants/grant';
import type { SagaGrant } from '../grants/grant';
import { familyOf } from '../orchestrate/engine-activities';
import type { SagaParent } from '../wire';

/** What a saga writes of its start, as far as its grant has to agree with it. */
interface Start {
  readonly saga: string;
  readonly workflowId: string;
  readonly owner: string;
  readonly deadlineAt: string;
  readonly input?: Json;
  readonly parent?: SagaParent;
}

export interface StartGateOptions {
  readonly store: Pick<ServiceStore<unknown>, 'readAggregate' | 'readStepRecord'>;
  readonly presentGrant: () => Uint8Array | undefined;
  /** Throws an error whose `code` is one of the refusals of a saga grant. */
  readonly open: (sealed: Uint8Array, workflowId: string) => Promise<SagaGrant>;
  /** Hears of every refusal, with what is not for the saga. */
  readonly refused?: GrantRefused | undefined;
}

/**
 * The journal behind the gate of starts: `saga.started` is recorded only on a grant that was given for this very start,
 * or for the saga of which it is a step. Without the record a saga does nothing. A start that is recorded is answered
 * from its row.
 */
export function withStartGate(
  participant: StepParticipant,
  options: StartGateOptions,
): StepParticipant {
  return {
    ...participant,
    async handle(message, how) {
      if (message.kind !== 'forward' || message.command !== 'started') {
        return participant.handle(message, how);
      }
      const row = await options.store.readStepRecord(message);
      // What is recorded says when it was granted, and the message does not: the same run is answered here.
      if (row?.state === 'done' && row.run === message.run && row.epoch === message.epoch) {
        return { answer: 'done', result: row.result };
      }
      if (row?.state === 'done') return participant.handle(message, how);
      const start = message.input as unknown as Start;
      try {
        const grant = await grantOf(options, message);
        const problem =
          start.parent === undefined
            ? startProblem(grant, start)
            : await childProblem(options, message, { grant, start, parent: start.parent });
        if (problem === undefined) {
          // The journal compares it with the person's revocation, in the transaction that records the start.
          const grantedAt = new Date(grant.issuedAtMs).toISOString();
          const input = { ...(message.input as object), grantedAt } as unknown as Json;
          return await participant.handle({ ...message, input }, how);
        }
        return refuse(options, message, { code: 'GRANT_INVALID', detail: problem });
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (!isSagaGrantRefusal(code)) throw error;
        return refuse(options, message, { code, detail: 'the grant was not accepted', error });
      }
    },
  };
}

function refuse(
  { refused }: StartGateOptions,
  message: StepMessage,
  why: Parameters<GrantRefused>[1],
): StepAnswer {
  refused?.(message, why);
  return { answer: 'refused', code: why.code, detail: why.detail };
}

function grantOf(
  { presentGrant, open }: StartGateOptions,
  { correlationId }: StepMessage,
): Promise<SagaGrant> {
  const sealed = presentGrant();
  if (sealed !== undefined) return open(sealed, correlationId);
  const missing = Object.assign(new Error('it came without a grant'), { code: 'GRANT_INVALID' });
  return Promise.reject(missing);
}

/** The grant is for this start: saga, id, person, input, and no more time than it was given. */
function startProblem(grant: SagaGrant, start: Start): string | undefined {
  if (grant.workflowId !== start.workflowId) return 'the grant is for another saga';
  if (grant.saga !== start.saga) return `the grant is for a ${grant.saga}`;
  if (grant.subject !== start.owner) return 'the grant was given to somebody else';
  if (grant.inputHash !== hashOf(start.input ?? null)) return 'the grant is for another input';
  if (Date.parse(start.deadlineAt) > grant.expiresAtMs) return 'the grant ends before the saga';
  return undefined;
}

/** Anybody may say that a saga is a step of another one: the parent's own row has to say so as well. */
async function childProblem(
  { store }: StartGateOptions,
  { correlationId }: StepMessage,
  of: { readonly grant: SagaGrant; readonly start: Start; readonly parent: SagaParent },
): Promise<string | undefined> {
  const { grant, start, parent } = of;
  if (!Object.hasOwn(grant.commands, start.saga)) return `the grant is for no ${start.saga}`;
  if (grant.subject !== start.owner) return 'the grant was given to somebody else';
  if ((await familyOf(store, parent)) !== correlationId) return 'the parent is of another family';
  const row = await store.readStepRecord(parent);
  const intent = row !== undefined && isOpen(row) ? row.result : undefined;
  const { call } = (intent ?? {}) as { readonly call?: { readonly child?: string } };
  return call?.child === start.workflowId ? undefined : 'the parent has not asked for it';
}
