import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import type { System } from '../system/system';
import { facingPeople } from './parts';

const text = z.string();
const systemAnswer = z.object({
  asOf: text,
  version: text,
  instance: text,
  services: z.array(
    z.object({
      name: text,
      instances: z.array(
        z.object({ address: text, port: z.int(), state: z.enum(['passing', 'critical']) }),
      ),
      isKnown: z.boolean().describe('False while Consul does not answer'),
      breaker: z.enum(['closed', 'open']).describe('`open`: not asked for a while'),
    }),
  ),
  checks: z.array(
    z.object({ name: text, ready: z.boolean(), required: z.boolean(), reason: text.optional() }),
  ),
  keys: z.array(z.object({ use: text, current: text.nullable().describe('Id of the key') })),
  certificate: z.object({ subject: text, issuer: text, notBefore: text, notAfter: text }),
});

/** The operation that looks at the system around a gateway. */
export const systemOperations = defineOperations({
  getSystem: {
    ...facingPeople,
    method: 'GET',
    path: '/system',
    summary: 'Services with their instances, what this gateway stands on, its keys and certificate',
    roles: ['operator', 'admin', 'viewer'],
    answer: { status: 200, body: systemAnswer, text: 'As this gateway sees it' },
    tag: 'gateway',
  },
});

/** Handlers of {@link systemOperations}. */
export function systemHandlers(
  system: () => Promise<System>,
): OperationHandlers<typeof systemOperations> {
  return { getSystem: async () => ({ body: await system() }) };
}
