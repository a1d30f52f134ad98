import type { Endpoints } from './environment';
import { defaultNamespace } from './servers/temporal/default-namespace';

/** Page of the Temporal Web UI: of all sagas, or of one by its workflow id. */
export function temporalPage(
  { temporalUi }: Pick<Endpoints, 'temporalUi'>,
  workflowId?: string,
): string {
  const one = workflowId === undefined ? '' : `/${encodeURIComponent(workflowId)}`;
  return `${temporalUi}/namespaces/${defaultNamespace}/workflows${one}`;
}
