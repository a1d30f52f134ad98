import type { UnitOfWork } from '../outbox/ports';
import { inSpan } from '../runtime/spans';
import type { ParticipantOptions } from './unit';

/**
 * The service's transaction as one span of the trace at hand, its repeats after conflicts included. Events that are
 * written in it are born in that span, so their ways into the log and into read models stand under it.
 */
export function transactIn<State>({
  definition,
  store,
}: Pick<ParticipantOptions<State>, 'store'> & {
  readonly definition: { readonly participant: { readonly contract: { readonly name: string } } };
}): UnitOfWork<State>['transact'] {
  const name = `transact ${definition.participant.contract.name}`;
  const attributes = store.system === undefined ? {} : { 'db.system.name': store.system };
  return (key, work, options) =>
    inSpan(name, { kind: 'client', attributes }, () => store.transact(key, work, options));
}
