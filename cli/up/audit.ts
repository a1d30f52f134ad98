import { services } from '../../activities';
import { parseConfig } from '../../platform/runtime/config';
import { createLog } from '../../platform/runtime/log';
import { sagasJournal } from '../../platform/saga/journal/hosted';
import { auditAll, auditedService } from '../../projections/audit';
import type { AuditReport } from '../../projections/audit';
import type { Stack } from '../../stack';

/**
 * Audits the running world: each service's events table, its topic and the read models must tell one story. Reads each
 * part with the identity of the process that owns it.
 */
export async function auditWorld(world: {
  readonly stack: Pick<Stack, 'environmentFor'>;
}): Promise<AuditReport> {
  const configFor = (name: string) => parseConfig(world.stack.environmentFor(name));
  const opened = services.map((service) => ({
    service,
    store: service.openStore(configFor(service.name)),
  }));
  const journal = sagasJournal.openStore(configFor('orchestrator'));
  const config = { ...configFor('projector'), HOLDFAST_LOG_LEVEL: 'silent' as const };
  try {
    return await auditAll({
      services: [
        ...opened.map(({ service, store }) =>
          auditedService(service, store, configFor(service.name)),
        ),
        auditedService(sagasJournal, journal),
      ],
      config,
      log: createLog(config),
    });
  } finally {
    await Promise.all([...opened.map(({ store }) => store.close()), journal.close()]);
  }
}
