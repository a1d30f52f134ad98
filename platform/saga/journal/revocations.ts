import type { ServiceStore } from '../../outbox/ports';
import type { StepParticipant } from '../../participant/handle';
import type { EngineActivities } from '../engine/activities';
import { isSagaGrantRefusal } from '../grants/grant';
import type { SagaGrant } from '../grants/grant';
import { revokeTarget } from '../verbs';
import { assertRequired, grantRefusalOf } from './grants';
import type { VerifyGrant } from './grants';
import type { OpenSagas } from './open-sagas';
import { isRevoked, subjectAggregate } from './state';
import type { JournalState } from './state';

/** Role that may revoke what was granted. */
const revokeRole = 'operator';

/**
 * Revokes what was granted for a person, by a record in the journal, after the grant of whoever asks is opened. The
 * same act again is the same record, and answers what is open by then: a saga that started is in it, and every later
 * start is refused.
 */
export function revocationsOf(
  participant: Pick<StepParticipant, 'handle'>,
  options: { readonly journal: Pick<OpenSagas, 'openOf'>; readonly verify: VerifyGrant },
): EngineActivities['revokeGrants'] {
  return async ({ grant, subject, jti, reason }) => {
    const target = revokeTarget(subject);
    try {
      const person = await options.verify(grant, {
        ...{ verb: 'revoke', workflowId: target, jti, reason },
      });
      assertRequired(person, { role: revokeRole });
      const { actor } = person;
      const answer = await participant.handle({
        ...{ sagaId: target, step: `revoke:${jti}`, kind: 'forward', epoch: 0, run: 'revoke' },
        ...{ saga: '', correlationId: target, owner: actor, command: 'revoked' },
        input: { subject, actor, reason },
      });
      if (answer.answer !== 'done') throw new Error(`the revocation was ${answer.answer}`);
      const { revokedAt } = answer.result as { readonly revokedAt: string };
      return { revokedAt, open: await options.journal.openOf(subject) };
    } catch (error) {
      const refused = grantRefusalOf(error);
      if (refused === undefined) throw error;
      return { refused };
    }
  };
}

/** Looks at the grant at hand and at the journal's word on its person. */
export function grantCheck(options: {
  readonly store: Pick<ServiceStore<unknown>, 'readAggregate'>;
  readonly presentGrant: () => Uint8Array | undefined;
  readonly open: (sealed: Uint8Array, workflowId: string) => Promise<SagaGrant>;
}): EngineActivities['checkGrant'] {
  return async ({ family }) => {
    const sealed = options.presentGrant();
    if (sealed === undefined) return { refused: 'GRANT_INVALID' };
    try {
      const { subject, issuedAtMs } = await options.open(sealed, family);
      const found = await options.store.readAggregate(subjectAggregate(subject));
      const known = found?.state as JournalState | undefined;
      return isRevoked(known, issuedAtMs) ? { refused: 'GRANT_REVOKED' } : {};
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!isSagaGrantRefusal(code)) throw error;
      return { refused: code };
    }
  };
}
