import { revokeWorkflow } from '../../platform/saga/verbs';
import type { RevokeRequest } from '../../platform/saga/verbs';
import type { Delivery } from './engine';
import { workflowDelivery } from './temporal-switch';
import type { SwitchPorts } from './temporal-switch';

/** Where it is kept that what was granted for a person counts no more: in the journal, behind a workflow. */
export interface RevocationEngine {
  /** Revokes within 5 s, and answers a `RevokeAnswer`; the same `jti` again changes nothing. */
  revoke(request: RevokeRequest): Promise<Delivery>;
}

/** One workflow for each act: it is no saga, and its one record is in the journal. */
export function revocationEngine(ports: SwitchPorts): RevocationEngine {
  const { workflow, taskQueue, within, limits } = ports;
  const deliveryOf = workflowDelivery(ports, 'it is being revoked already');
  return {
    revoke: (request) =>
      within(limits.updateMs + 1_000, () =>
        workflow.execute(revokeWorkflow, {
          ...{ workflowId: `${revokeWorkflow}:${request.jti}`, taskQueue, args: [request] },
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowExecutionTimeout: limits.updateMs,
        }),
      ).then((answer): Delivery => ({ kind: 'answered', answer }), deliveryOf),
  };
}
