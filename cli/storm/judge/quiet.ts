import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { openSagasOf } from '../../../platform/saga/journal/open-sagas';
import type { OpenSaga } from '../../../platform/saga/journal/open-sagas';
import { parseConfig } from '../../../platform/runtime/config';
import { silentLog } from '../../../platform/runtime/log';
import { openKeyring } from '../../../platform/security/keys/keyring';

/** Milliseconds. Longer than any wait of the engine for a part that was away. */
export const quietLimits = { endMs: 300_000, pollMs: 1_000 } as const;

/** Sagas that had not ended when nothing moved any more, or patience was over. */
export interface Quiet {
  readonly waitedMs: number;
  readonly open: readonly OpenSaga[];
  /** Workflows of sagas that Temporal still runs. */
  readonly running: readonly string[];
}

interface Asked {
  readonly environmentFor: (name: string) => Record<string, string>;
  readonly client: Client;
  readonly limitMs?: number;
  readonly onWait: (open: number) => void;
}

/** Waits until no saga is open, or only parked ones are. */
export async function untilQuiet({
  environmentFor,
  client,
  onWait,
  limitMs,
}: Asked): Promise<Quiet> {
  const config = parseConfig(environmentFor('orchestrator'));
  const keys = openKeyring(config, { log: silentLog });
  const journal = openSagasOf(config, keys.vault('store.sagas'));
  const startedMs = performance.now();
  const untilMs = startedMs + (limitMs ?? quietLimits.endMs);
  try {
    await keys.ready();
    for (;;) {
      const open = await journal.open({ after: '', limitMax: 10_000 });
      const running = await runningSagas(client);
      const waitedMs = Math.round(performance.now() - startedMs);
      const isAtRest = open.every(({ status }) => status === 'parked');
      if (isAtRest && running.length <= open.length) return { waitedMs, open, running };
      if (performance.now() > untilMs) return { waitedMs, open, running };
      onWait(Math.max(open.length, running.length));
      await delay(quietLimits.pollMs);
    }
  } finally {
    await Promise.all([journal.close(), keys.close()]);
  }
}

/** Ids of the saga workflows that Temporal says are running. */
async function runningSagas(client: Client): Promise<readonly string[]> {
  const ids: string[] = [];
  const query = `ExecutionStatus = "Running" AND SagaName IS NOT NULL`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
