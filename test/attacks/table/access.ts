import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const guard = 'platform/security/guard.ts';
const services = ['orders', 'payments', 'inventory'] as const;

/** Guards of who may do what. */
export const accessMutations: readonly AttackMutation[] = [
  {
    row: 'S12',
    name: 'an operation asks for a role',
    gain: 'every person may do everything',
    changes: [change(guard, '    assertRole(principal);\n', '')],
    also: ['S16', 'S37'],
  },
  {
    row: 'S13',
    name: 'a service believes nobody in the name of a person',
    gain: 'whoever holds the key of the gateway is every person at once',
    changes: [
      change(
        guard,
        "if (token === undefined) throw new TokenRefused('MISSING');",
        `const named = request.get('x-user-id');
      if (token === undefined && named !== undefined && peerOfRequest(request) === 'gateway') {
        const roles = ['admin', 'operator', 'viewer', 'customer', 'payments-approver'];
        const rest = { clientId: 'gateway', tokenId: 'none', expiresAt: Date.now() };
        return { subject: named, username: named, roles, ...rest };
      }
      if (token === undefined) throw new TokenRefused('MISSING');`,
      ),
    ],
    processes: services,
  },
  {
    row: 'S14',
    name: 'a saga is seen by who started it',
    gain: 'whoever guesses an id reads what somebody else ordered',
    changes: [
      change(
        'gateway/sagas/find.ts',
        'return pseudonymOf(issuer, principal.subject) === owner || hasRole(principal, sagaReaders);',
        "return pseudonymOf(issuer, principal.subject) !== '' || hasRole(principal, [owner]);",
      ),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S15',
    name: 'a body has no members but those that are asked for',
    gain: 'a client sets what only a service may set',
    changes: [
      change(
        'workflows/place-order.contract.ts',
        'input: z.strictObject({',
        'input: z.looseObject({',
      ),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S16',
    name: 'an act has a reason',
    gain: 'nobody could say later why a person stepped in',
    changes: [
      change(
        'gateway/routes/verbs.ts',
        'export const actReason = z.string().trim().min(1).max(500);',
        "export const actReason = z.string().trim().max(500).default('none');",
      ),
    ],
    processes: ['gateway'],
  },
  {
    row: 'S20',
    name: 'a service is asked by whom its table names',
    gain: 'a process that was taken over asks every other one',
    changes: [change(guard, '    assertCaller(peer);\n', '')],
    processes: services,
  },
  {
    row: 'S37',
    name: 'no header says who somebody is',
    gain: 'whoever sends a header has the roles it names',
    changes: [
      change(
        guard,
        'return await guard.tokens.verify(token, thumbprint);',
        `const found = await guard.tokens.verify(token, thumbprint);
      const told = request.get('x-roles');
      return told === undefined ? found : { ...found, roles: told.split(',') };`,
      ),
    ],
    processes: ['gateway'],
  },
];
