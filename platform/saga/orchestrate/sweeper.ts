import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { backoffMs, pause } from '../../discovery/pace';
import { connectTemporal } from '../../host/temporal-worker';
import { unreadPayloads } from '../../host/unread-payloads';
import type { Config } from '../../runtime/config';
import type { Log } from '../../runtime/log';
import { fromZero } from '../../runtime/from-zero';
import { metricNames } from '../../runtime/metric-names';
import { inSpan } from '../../runtime/spans';
import type { Tracing } from '../../runtime/tracing';
import { watchCredentials } from '../../security/renewal';
import { sagaQueue } from '../wire';
import type { OpenSagas } from '../journal/open-sagas';
import type { RecoveryTarget } from '../engine/activities';
import { startRecovery } from './engine-activities';
import { keepHouse } from './housekeeping';
import { sweep } from './sweep';
import type { Swept } from './sweep';

/** Pace of the sweeper after a failed sweep, milliseconds. */
export const sweeperLimits = { stepMs: 200, maxMs: 30_000 } as const;

/** Watches that every started saga ends with a terminal record. */
export interface Sweeper {
  stop(): Promise<void>;
}

/**
 * Sweeps for as long as the process lives. Temporal or the journal may be away: a sweep that fails is repeated.
 * Several processes may sweep at once, since a recovery is one workflow, whoever asks for it.
 */
export function startSweeper(parts: {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: { readonly registry: Registry };
  readonly journal: OpenSagas;
  readonly dataConverter: DataConverter;
  readonly tracing: Pick<Tracing, 'plugin'>;
}): Sweeper {
  const { config, log, journal, dataConverter, tracing } = parts;
  const stopping = new AbortController();
  const observe = observer(parts.metrics.registry, log);
  const taskQueue = sagaQueue(config.HOLDFAST_INSTANCE);

  /** Sweeps over one connection, until it was opened under a certificate that has been renewed. */
  async function work(connection: NativeConnection, isRenewed: () => boolean): Promise<void> {
    const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
    const client = new Client({ connection, namespace, dataConverter });
    const looking = new Client({ connection, namespace, dataConverter: unreadPayloads });
    const plugins = [tracing.plugin];
    const recovering = new Client({ connection, namespace, dataConverter, plugins });
    const recover = (target: RecoveryTarget) =>
      traced(journal, target, () => startRecovery(recovering, target, taskQueue));
    await journal.prepare();
    while (!stopping.signal.aborted && !isRenewed()) {
      observe(await sweep(looking, journal, recover));
      await keepHouse({ client, journal, taskQueue });
      await pause(config.HOLDFAST_SWEEP_INTERVAL_MS, stopping.signal);
    }
  }

  async function connectAndWork(): Promise<void> {
    let isRenewed = false;
    const stopWatching = watchCredentials(config, () => (isRenewed = true));
    try {
      const connection = await connectTemporal(config);
      await work(connection, () => isRenewed).finally(() => connection.close());
    } finally {
      stopWatching();
    }
  }

  async function keep(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await connectAndWork();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn('the sweep begins again', { error });
        await pause(backoffMs(failures, sweeperLimits), stopping.signal);
      }
    }
  }

  const kept = keep();
  return {
    async stop() {
      stopping.abort();
      await kept;
    },
  };
}

/** How a workflow may have ended without its terminal record, as the sweep says it. */
const recoveryReasons = [
  ...(['TERMINATED', 'TIMED_OUT', 'FAILED', 'CANCELLED', 'CLOSED', 'DELETED'] as const),
];

/** A recovery is a trace of its own, linked to the one of the saga: that one may be days old. */
async function traced(
  journal: OpenSagas,
  { workflowId, sagaId, saga }: RecoveryTarget,
  work: () => Promise<void>,
): Promise<void> {
  const causes = [await journal.traceOf(workflowId)];
  const attributes = { 'saga.id': sagaId };
  await inSpan(`recover ${saga}`, { root: true, causes, attributes }, work);
}

function observer(registry: Registry, log: Log): (swept: Swept) => void {
  const registers = [registry];
  const open = new Gauge({
    name: metricNames.sagasOpen,
    help: 'Started sagas without a terminal record.',
    registers,
  });
  const failing = new Gauge({
    name: metricNames.sagasFailingTasks,
    help: 'Sagas whose workflow tasks fail: they take no verb until a corrected worker runs.',
    registers,
  });
  const recovered = new Counter({
    name: metricNames.sagaRecoveries,
    help: 'Recoveries asked for, by why the saga had ended.',
    labelNames: ['reason'],
    registers,
  });
  fromZero(recovered, { reason: recoveryReasons });
  return (swept) => {
    open.set(swept.open);
    failing.set(swept.failingTasks.length);
    for (const { reason, sagaId } of swept.recovered) {
      recovered.inc({ reason });
      log.warn('a saga ended without its terminal record; a recovery was asked for', {
        sagaId,
        reason,
      });
    }
  };
}
