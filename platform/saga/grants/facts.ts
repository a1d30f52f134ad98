import { randomUUID } from 'node:crypto';
import type { Json } from '../../kernel/json';
import { hashOf } from '../../outbox/hash';
import type { SagaContract } from '../contract';
import { grantedCommands, grantExpiryOf } from './grant';
import type { SagaGrant } from './grant';

/** A saga that is about to start, and for whom. */
export interface SagaToGrant extends Pick<
  SagaGrant,
  'workflowId' | 'subject' | 'roles' | 'issuedAtMs'
> {
  readonly input: Json;
  /** Milliseconds since 1970. */
  readonly deadlineAtMs: number;
}

/** What a grant says of a saga of this contract. */
export function sagaGrantOf(contract: SagaContract, saga: SagaToGrant): SagaGrant {
  const { workflowId, subject, roles, input, issuedAtMs, deadlineAtMs } = saga;
  return {
    ...{ id: randomUUID(), subject, roles, workflowId, issuedAtMs },
    saga: contract.name,
    commands: grantedCommands(contract),
    inputHash: hashOf(input),
    expiresAtMs: grantExpiryOf(contract, deadlineAtMs),
  };
}
