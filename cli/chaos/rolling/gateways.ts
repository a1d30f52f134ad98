import { consulName, openConsul } from '../../../platform/discovery/consul';
import type { Instance } from '../../../platform/discovery/consul';
import { watchInstances } from '../../../platform/discovery/watch';
import { parseConfig } from '../../../platform/runtime/config';
import { silentLog } from '../../../platform/runtime/log';
import { createApiClient, gatewayOf } from '../../up/api-client';
import type { ApiAnswer, ApiClient, ApiRequest } from '../../up/api-client';

/** A client that asks whichever gateway is there. */
export interface GatewaysClient extends ApiClient {
  /** Requests that one gateway did not take, and that were sent to another one. */
  readonly movedOn: number;
  /** Times that no gateway had time, and the client came back when it was told to. */
  readonly cameBack: number;
}

/** Nothing of a request has left, so that another one may be asked without a thought. */
const notSent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** Milliseconds in which a request that nobody has time for may be sent again; a read has its own. */
const patienceMs = 20_000;

/** A gateway has too much to do: it has done nothing yet, and says when to come back. */
const isTooBusy = ({ body }: ApiAnswer): boolean => body.code === 'OVERLOADED';

function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return code ?? (cause === undefined ? undefined : codeOf(cause));
}

/**
 * Finds gateways through Consul, as their balancer does, and asks one after the other. Where nobody listens, or one has
 * too much to do and refuses before it does anything, it goes on to the next one; where that has no time either, it
 * comes back when it is told to. Nothing else is asked twice.
 */
export async function openGateways(
  environmentFor: (name: string) => Record<string, string>,
): Promise<GatewaysClient> {
  const config = parseConfig(environmentFor('admin'));
  const consul = openConsul(config);
  const name = consulName('gateway', config.HOLDFAST_INSTANCE);
  const known = watchInstances({ consul, log: silentLog, name });
  await known.firstAnswer(10_000);
  const inner = createApiClient(gatewayOf(environmentFor));
  let [turn, movedOn, cameBack] = [0, 0, 0];

  const send = ({ host, port }: Instance, path: string, request?: ApiRequest) =>
    inner.call(`https://${host}:${port}${path}`, request);

  /** One gateway, and the other one where the first did not take it. */
  async function callOnce(path: string, request?: ApiRequest): Promise<ApiAnswer> {
    const { instances } = known;
    const at = (turn += 1);
    const [first, second = first] = [0, 1].map((step) => instances[(at + step) % instances.length]);
    if (first === undefined || second === undefined) throw new Error('no gateway is known');
    const answer = await send(first, path, request).catch((error: unknown) => {
      if (!notSent.has(String(codeOf(error)))) throw error;
      return undefined;
    });
    if (answer !== undefined && !isTooBusy(answer)) return answer;
    movedOn += 1;
    return send(second, path, request);
  }

  async function call(path: string, request?: ApiRequest): Promise<ApiAnswer> {
    const untilMs = performance.now() + (request?.timeoutMs ?? patienceMs);
    for (;;) {
      const answer = await callOnce(path, request);
      const backMs = Number(answer.retryAfter ?? '1') * 1_000;
      if (!isTooBusy(answer) || performance.now() + backMs > untilMs) return answer;
      cameBack += 1;
      await new Promise((resume) => setTimeout(resume, backMs));
    }
  }

  return {
    ...inner,
    call,
    get cameBack() {
      return cameBack;
    },
    get movedOn() {
      return movedOn;
    },
    async close() {
      known.stop();
      await Promise.all([inner.close(), consul.close()]);
    },
  };
}
