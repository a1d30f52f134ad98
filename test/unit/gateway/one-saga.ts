import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import type { SagaView } from '../../../platform/saga/wire';
import { issuer, openGateway } from './world';

/** Workflow id of the saga in these tests, and as a part of a path. */
export const id = 'place-order:abc';
export const at = encodeURIComponent(id);

/** A gateway whose engine knows one running saga of this person. */
export function withSaga(owner = 'ann') {
  const opened = openGateway();
  opened.world.started.set(id, {
    workflowId: id,
    saga: 'place-order',
    memo: { requestHash: 'h', owner: pseudonymOf(issuer, owner), businessKey: 'o-1' },
    open: true,
    sagaId: `${id}/run`,
    state: 'running',
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  return opened;
}

/** What the saga says of itself. */
export const view = (state: SagaView['state']): SagaView => ({
  sagaId: `${id}/run`,
  saga: 'place-order',
  businessKey: 'o-1',
  owner: pseudonymOf(issuer, 'ann'),
  state,
  startedAt: '2026-01-01T00:00:00.000Z',
  steps: [],
  parked: [],
  awaiting: [],
  generation: 0,
  notes: [],
});

/** What the read model says of it. */
export const row = (state: string) => {
  const { owner, saga, sagaId, businessKey } = view('running');
  const known = { workflowId: id, sagaId, saga, businessKey, owner, requestHash: 'h' };
  return { ...known, state, steps: [], parked: [], acts: [], asOf: 'then', incomplete: false };
};
