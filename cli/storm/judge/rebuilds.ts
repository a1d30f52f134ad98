import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { eventTopic } from '../../../platform/event-log/topics';
import { openSealedStore } from '../../../platform/host/sealed-store';
import type { RebuildReport } from '../../../platform/rebuild/options';
import { verifyRebuild } from '../../../platform/rebuild/verify';
import { parseConfig } from '../../../platform/runtime/config';
import { ownedServices } from '../../owned-services';
import { openLog } from '../../process-access';

/** Folds the log of every service and compares it with its database, as `holdfast rebuild --verify` does. */
export async function verifyServices(
  environmentFor: (name: string) => Record<string, string>,
): Promise<readonly RebuildReport[]> {
  const reader = parseConfig(environmentFor('projector'));
  const eventLog = openLog(reader, 'storm-rebuild');
  const schemas = loadSchemas();
  const reports: RebuildReport[] = [];
  try {
    for (const { process, service } of ownedServices) {
      const store = await openSealedStore({
        ...{ service, config: parseConfig(environmentFor(process)) },
      });
      const report = await verifyRebuild({
        ...{ service: service.name, store, eventLog, schemas },
        evolve: (state, event) => service.evolve(state, event),
        topic: eventTopic(service.name, reader.HOLDFAST_INSTANCE),
        groupPrefix: 'projector-rebuild',
      }).finally(() => store.close());
      reports.push(report);
    }
    return reports;
  } finally {
    await eventLog.close();
  }
}
