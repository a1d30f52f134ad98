import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const guard = 'platform/security/guard.ts';
const log = 'platform/runtime/log.ts';

/** Guards of data that would be something else, and of what is kept of it. */
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
  {
    row: 'S42',
    name: 'a log has no secrets',
    gain: 'whoever reads a log has the tokens of everybody in it',
    changes: [
      change(
        log,
        'const clean = secrets.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text);',
        'const clean = secrets.length === 0 ? String() : text;',
      ),
      change(
        guard,
        "guard.log.info('a token was refused', {",
        "guard.log.info(`a token was refused: ${request.get('authorization')}`, {",
      ),
    ],
    processes: ['gateway'],
  },
];
