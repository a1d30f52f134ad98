import type { StepParticipant } from '../../participant/handle';
import type { EngineActivities } from '../engine/activities';
import { switchTarget } from '../verbs';
import { assertRequired, grantRefusalOf } from './grants';
import type { VerifyGrant } from './grants';
import type { OpenSagas } from './open-sagas';

/** Role that may stop and resume a type of sagas. */
const switchRole = 'operator';

/**
 * The switches of saga types: turned by a record in the journal, after its grant is opened, and read from it. The
 * same act again is the same record.
 */
export function switchesOf(
  participant: Pick<StepParticipant, 'handle'>,
  options: { readonly journal: Pick<OpenSagas, 'switches'>; readonly verify: VerifyGrant },
): EngineActivities['turnSwitch'] {
  const read = async () => ({ switches: await options.journal.switches() });
  return async (request) => {
    if (!('grant' in request)) return read();
    const { grant, saga, ...act } = request as Exclude<typeof request, Record<string, never>>;
    const target = switchTarget(saga);
    try {
      const person = await options.verify(grant, { ...act, workflowId: target });
      assertRequired(person, { role: switchRole });
      await participant.handle({
        ...{ sagaId: target, step: `switch:${act.jti}`, kind: 'forward', epoch: 0, run: 'switch' },
        ...{ saga, correlationId: target, owner: person.actor, command: 'switched' },
        input: {
          saga,
          stopped: act.verb === 'stop',
          actor: person.actor,
          reason: act.reason,
        },
      });
      return await read();
    } catch (error) {
      const refused = grantRefusalOf(error);
      if (refused === undefined) throw error;
      return { refused };
    }
  };
}
