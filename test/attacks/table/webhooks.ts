import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

/** Guards of what the platform sends to addresses that people name. */
export const webhookMutations: readonly AttackMutation[] = [
  {
    row: 'S43',
    name: 'an address of a webhook is on the public Internet',
    gain: 'whoever has an account sends requests in our name to everything that we can reach',
    changes: [
      change(
        'platform/webhooks/addresses.ts',
        'return (address) => isPublic(address) ||',
        'return (address) => isIP(address) !== 0 || isPublic(address) ||',
      ),
    ],
    processes: ['orchestrator'],
  },
];
