import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const guard = 'platform/security/guard.ts';

/** Guards of data that would be something else. */
export const dataMutations: readonly AttackMutation[] = [
  {
    row: 'S41',
    name: 'who answers at an address is asked before anything is sent',
    gain: 'whoever writes into the registry of services reads every request with its token',
    changes: [
      change(
        'platform/security/tls.ts',
        'checkServerIdentity: demandIdentity(service),',
        'checkServerIdentity: () => (service === "" ? demandIdentity(service)("", {}) : undefined),',
      ),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S41',
    name: 'a text of a client is never a line of a log',
    gain: 'whoever sends an end of a line writes lines of their own into the log',
    changes: [
      change(
        guard,
        'const input = parseInput(operation, request);',
        `const { orderId } = (request.body ?? {}) as { orderId?: unknown };
    if (typeof orderId === 'string') console.log(orderId);
    const input = parseInput(operation, request);`,
      ),
    ],
    processes: ['gateway'],
  },
];
