import { createHash } from 'node:crypto';
import { Client } from '@temporalio/client';
import { grantClientInterceptor, underGrant } from '../../platform/host/grant-passing';
import { lazyTemporal } from '../../platform/host/lazy-temporal';
import { sagaGrantMinterOf } from '../../platform/host/saga-grants';
import { sealedTemporal } from '../../platform/host/sealed-temporal';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import type { Config } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { startTracing } from '../../platform/runtime/tracing';
import { sagaGrantOf } from '../../platform/saga/grants/facts';
import { sagaStartOptions, stepsOf } from '../../platform/saga/start-options';
import { sagaQueue } from '../../platform/saga/wire';
import type { SagaResult } from '../../platform/saga/wire';
import { openKeyring } from '../../platform/security/keys/keyring';
import { threeRowsContract } from '../holdfast/three-rows.contract';
import type { Steps } from '../steps/rows';
import type { CpuGroups, Ending, HoldfastName, Leftover, OpenVariant } from './variants';

/** Holdfast, ready to run sagas either way. */
export interface OpenHoldfast {
  as(name: HoldfastName): OpenVariant;
  close(): Promise<void>;
}

/** Starts sagas as the gateway does: with its certificate, on a grant of its own, everything sealed. */
export async function openHoldfast(
  config: Config,
  steps: Steps,
  groups: CpuGroups,
): Promise<OpenHoldfast> {
  const keyring = openKeyring(config, { log: silentLog });
  const connection = lazyTemporal(config);
  const dataConverter = sealedTemporal(config, keyring);
  const grants = sagaGrantMinterOf(config, keyring);
  await keyring.ready(); // the keys of what was asked for until now
  // As the gateway: a saga's trace begins here, and says that nobody takes spans.
  const tracing = startTracing({ serviceName: 'bench' });
  const client = new Client({
    ...{ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE },
    dataConverter,
    plugins: [tracing.plugin],
    interceptors: { workflow: [grantClientInterceptor] },
  });
  const execute = async (id: string, ending: Ending, name: HoldfastName): Promise<SagaResult> => {
    const { workflowId, grant, options } = sagaToStart(config, id, ending, name);
    const sealed = await grants.mint(grant);
    return underGrant(sealed, async () => {
      const started = await client.workflow.start(threeRowsContract.name, {
        ...options,
        workflowId,
      });
      return (await started.result()) as SagaResult;
    });
  };
  return {
    as: (name) => ({
      ...{ name, groups, expected: recordsOf },
      async run(id, ending) {
        const { outcome, reason } = await execute(id, ending, name);
        const right = ending === 'success' ? 'completed' : 'compensated';
        if (outcome !== right) throw new Error(`${outcome} (${reason}) in place of ${right}`);
      },
      leftover: (prefix) => recordsIn(steps, config, prefix),
    }),
    close: async () =>
      void (await Promise.all([connection.close(), keyring.close(), tracing.stop()])),
  };
}

const workflowIdOf = (id: string): string => `${threeRowsContract.name}:${id}`;

function sagaToStart(config: Config, id: string, ending: Ending, way: HoldfastName) {
  const input = { name: id, refuse: ending === 'failure' };
  const [workflowId, issuedAtMs] = [workflowIdOf(id), Date.now()];
  const [owner, requestHash] = [sha256('bench').slice(0, 32), sha256(JSON.stringify(input))];
  const { name: saga, title, deadlineMs } = threeRowsContract;
  const deadlineAtMs = issuedAtMs + deadlineMs;
  const steps = stepsOf({ HOLDFAST_STEPS: way === 'holdfast-direct' ? 'direct' : 'queue' });
  const start = { input, owner, businessKey: id, requestHash, deadlineAtMs, ...steps };
  const granted = { workflowId, input, subject: owner, roles: ['admin'], issuedAtMs, deadlineAtMs };
  return {
    workflowId,
    grant: sagaGrantOf(threeRowsContract, granted),
    options: sagaStartOptions({
      ...{ saga, start, title },
      taskQueue: sagaQueue(config.HOLDFAST_INSTANCE),
    }),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Step records and events: a refused pivot keeps its record, and every undone step has a second event. */
function recordsOf(ending: Ending, sagas: number): Leftover {
  return ending === 'success'
    ? { done: 3 * sagas, undone: 0, refused: 0, events: 3 * sagas }
    : { done: 0, undone: 2 * sagas, refused: sagas, events: 4 * sagas };
}

async function recordsIn(steps: Steps, config: Config, prefix: string): Promise<Leftover> {
  const tables = tablesOf(config.HOLDFAST_INSTANCE);
  const counted = await steps.ask<{ what: string; count: number }>(
    `SELECT state AS what, count(*)::int AS count FROM ${tables.steps}
     WHERE starts_with(saga_id, $1) GROUP BY state
     UNION ALL SELECT 'events', count(*)::int FROM ${tables.events} WHERE starts_with(saga_id, $1)`,
    [workflowIdOf(prefix)],
  );
  return Object.fromEntries(counted.map(({ what, count }) => [what, count]));
}
