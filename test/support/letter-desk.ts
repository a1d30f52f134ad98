import { createApp } from '../../platform/http/app';
import { createHealth } from '../../platform/http/health';
import { createMetrics } from '../../platform/http/metrics';
import type { Projection } from '../../platform/event-log/projector/projection';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { silentLog } from '../../platform/runtime/log';
import { openLetterApi } from '../../projections/letters/api';
import type { ReadModelStore } from '../../projections/store';
import { ask } from '../unit/http/in-process';
import { spokenTokens } from './spoken-tokens';

/** Schemas as the projector has them. */
export const schemas = loadSchemas();

export interface DeskCall {
  readonly path: string;
  /** With a body it is a POST. */
  readonly body?: object;
  readonly as?: string;
  readonly key?: string;
  readonly peer?: string;
}

/** The projector's own API of dead letters over a real store, spoken to as the gateway does. */
export function openDesk(store: ReadModelStore, projections: readonly Projection[]) {
  const metrics = createMetrics({ defaults: false });
  const letters = openLetterApi({
    ...{ store, projections, schemas, log: silentLog, issuer: 'https://id.test' },
  });
  let peer: string | undefined;
  const { registry } = metrics;
  const guard = { tokens: spokenTokens, log: silentLog, registry, peerOf: () => peer };
  const app = createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (on) => letters.mount(on, guard),
  });
  return async ({ path, body, as = 'olga:operator', key, peer: from = 'gateway' }: DeskCall) => {
    peer = from;
    const answer = await ask(app, {
      ...{ path, ...(body === undefined ? {} : { method: 'POST', body }) },
      headers: {
        ...(as === '' ? {} : { authorization: `Bearer ${as}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    });
    return { status: answer.status, headers: answer.headers, body: answer.json() };
  };
}
