import { serviceCallLimits } from '../../platform/discovery/service-client';
import type { ServiceAnswer } from '../../platform/discovery/service-client';
import { problem } from '../../platform/http/problem';
import type { Answer, Call, Operation } from '../../platform/security/operations';
import type { GatewayParts } from './parts';

/** The path of a call, from what was parsed and never from the raw URL. */
export function upstreamPath(template: string, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Readonly<Record<string, string>>;
  const path = template.replace(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const given = Object.entries((query ?? {}) as Record<string, string | number | undefined>);
  const search = new URLSearchParams();
  for (const [name, value] of given) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** Of the caller's headers only these travel on; of the service's answer only those below come back. */
function headersFor(call: Call): Record<string, string> {
  const key = call.request.get('idempotency-key');
  return {
    'x-request-id': call.requestId,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
}

const returned = ['content-type', 'retry-after', 'www-authenticate', 'idempotent-replayed'];

function answerOf(service: string, answer: ServiceAnswer): Answer {
  const kept = returned.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const headers = Object.fromEntries(kept);
  if (answer.body === '') return { status: answer.status, headers };
  try {
    return { status: answer.status, headers, body: JSON.parse(answer.body) as unknown };
  } catch (cause) {
    throw problem('SERVICE_UNAVAILABLE', { detail: `${service} answered no JSON`, cause });
  }
}

/** Passes the parsed call on to a service with the caller's token, and its answer back. */
export function forward(
  parts: Pick<GatewayParts, 'service'>,
  operation: Operation,
  { deadlineMs = serviceCallLimits.deadlineMs }: { readonly deadlineMs?: number } = {},
) {
  const { service = '' } = operation;
  return async (call: Call): Promise<Answer> => {
    const answer = await parts.service(service).call({
      method: operation.method,
      path: upstreamPath(operation.path, call.params, call.query),
      token: call.token,
      headers: headersFor(call),
      body: call.body,
      signal: call.signal,
      deadlineMs: Math.min(deadlineMs, call.leftMs()),
    });
    return answerOf(service, answer);
  };
}
