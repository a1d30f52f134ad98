import type { Guard } from '../guard';
import { contract, unit } from '../guard';

/** What keeps a webhook honest: whom it is sent to, who made it, and that it is sent. */
export const webhookGuards: readonly Guard[] = [
  {
    name: 'a signature is over id, second and body',
    why: 'an old message could be sent again under a new id or time',
    changes: [
      {
        file: 'platform/webhooks/signing.ts',
        from: '`${id}.${timestampSeconds}.${body}`',
        to: '`${id === "" || timestampSeconds === 0 ? "" : body}`',
      },
    ],
    test: unit('webhooks/signing', 'a signature is for one'),
  },
  {
    name: 'one address that is refused refuses a name',
    why: 'a name with a good and a bad address could lead into our network',
    changes: [
      {
        file: 'platform/webhooks/target.ts',
        from: '!found.every(mayReach)',
        to: '!found.some(mayReach)',
      },
    ],
    test: unit('webhooks/target', 'is taken with all its addresses, and refused with one'),
  },
  {
    name: 'the address is looked at when it is connected to',
    why: 'a mistake before that would let a request into our network',
    changes: [
      {
        file: 'platform/webhooks/attempt.ts',
        from: "if (mayReach(socket.remoteAddress ?? '')) return;",
        to: "if (mayReach(socket.remoteAddress ?? '') || socket.connecting !== undefined) return;",
      },
    ],
    test: contract('webhooks-sent', 'an address that is refused once it is connected to'),
  },
  {
    name: 'a webhook is its owner’s',
    why: 'whoever guesses an id reads what somebody else is told',
    changes: [
      {
        file: 'webhooks/api.ts',
        from: 'if (found === undefined || !maySee)',
        to: 'if (found === undefined || (maySee as unknown) === 0)',
      },
    ],
    test: contract(
      'webhook-operations',
      'somebody else’s webhook looks like one that is not there',
    ),
  },
  {
    name: 'an attempt is noted by whoever has the lease',
    why: 'a process that comes back from the dead would note over another one’s attempt',
    changes: [
      {
        file: 'webhooks/finish.ts',
        from: 'where id = $1 and lease = $2\n',
        to: "where id = $1 and $2 <> ''\n",
      },
    ],
    test: contract('webhooks', 'of a process that died is made by another under its id'),
  },
];
