import { connectTemporal } from '../../../platform/host/temporal-worker';
import type { Config } from '../../../platform/runtime/config';
import { fine, held, warn, wrong } from '../finding';
import type { Finding } from '../finding';

/** What was decided about a saga is looked up in its history for so long. */
const retentionDaysMin = 7;

/** Where Temporal keeps histories, and for how long. */
export async function lookAtTemporal(config: Config): Promise<readonly Finding[]> {
  const connection = await connectTemporal(config);
  try {
    const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
    const { workflowService } = connection;
    const { persistenceStore = '' } = await workflowService.getClusterInfo({});
    const described = await workflowService.describeNamespace({ namespace });
    const seconds = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    const days = seconds / 86_400;
    const kept = `${days.toFixed(0)} days`;
    return [
      held(
        persistenceStore !== '' && !persistenceStore.startsWith('sqlite'),
        fine('Temporal, store', persistenceStore),
        wrong(
          'Temporal, store',
          persistenceStore === ''
            ? 'it does not say'
            : `${persistenceStore}, a file on one machine`,
          'run a cluster on PostgreSQL, MySQL or Cassandra, or use Temporal Cloud',
        ),
      ),
      held(
        days >= retentionDaysMin,
        fine('Temporal, retention', kept),
        warn(
          'Temporal, retention',
          kept,
          `temporal operator namespace update --retention ${retentionDaysMin}d`,
        ),
      ),
    ];
  } finally {
    await connection.close();
  }
}
