import { openLog } from '../process-access';
import { sagaAudits } from '../../workflows/audits';
import { auditAtRest } from '../../platform/audit/quiet';
import { openSealedStores } from '../../platform/host/sealed-store';
import { parseConfig } from '../../platform/runtime/config';
import type { Config } from '../../platform/runtime/config';
import { createLog } from '../../platform/runtime/log';
import { sagasJournal } from '../../platform/saga/journal/hosted';
import { auditAll, auditedService } from '../../projections/audit';
import type { AuditReport } from '../../projections/audit';
import { ownedServices } from '../owned-services';
import type { Stack } from '../../stack';

/** Every service with its store and its keys, each as the process that owns it. */
async function openOwned(configFor: (name: string) => Config) {
  const owned = ownedServices.map(({ process, service }) => {
    return { service, config: configFor(process) };
  });
  const stores = await openSealedStores(owned);
  return owned.map((one, at) => ({ ...one, store: stores[at]! }));
}

/**
 * Audits the running world: each service's events table, its topic and the read models must tell one story. Reads each
 * part with the identity of the process that owns it.
 */
export async function auditWorld(world: {
  readonly stack: Pick<Stack, 'environmentFor'>;
}): Promise<AuditReport> {
  const configFor = (name: string) => parseConfig(world.stack.environmentFor(name));
  const opened = await openOwned(configFor);
  const config = { ...configFor('projector'), HOLDFAST_LOG_LEVEL: 'silent' as const };
  try {
    return await auditAll({
      services: [
        ...opened.map(({ service, store, config: own }) =>
          service === sagasJournal
            ? auditedService(service, store)
            : auditedService(service, store, own),
        ),
      ],
      config,
      log: createLog(config),
    });
  } finally {
    await Promise.all(opened.map(({ store }) => store.close()));
  }
}

/**
 * The whole audit of a world at rest: everything {@link auditWorld} compares, and beside it that every database equals
 * the fold of its log, that every saga has ended or waits for a person, and that each that ended left money and goods
 * as its type says (`workflows/audits.ts`). Call it when nothing is running any more: it waits up to 20 s for what is
 * on its way to log and read models, and what is open after that is a violation. Reads only; cost grows with history.
 */
export async function auditOnce(world: {
  readonly stack: Pick<Stack, 'environmentFor'>;
}): Promise<AuditReport> {
  const known = await auditWorld(world);
  const configFor = (name: string) => parseConfig(world.stack.environmentFor(name));
  const reader = configFor('projector');
  const services = await openOwned(configFor);
  const eventLog = openLog(reader, 'audit');
  try {
    const violations = await auditAtRest({
      ...{ services, eventLog, sagas: sagaAudits, groupPrefix: 'projector-audit' },
      instance: reader.HOLDFAST_INSTANCE,
    });
    return { ...known, violations: [...known.violations, ...violations] };
  } finally {
    await Promise.all([eventLog.close(), ...services.map(({ store }) => store.close())]);
  }
}
