import type { Guard } from '../guard';
import { unit } from '../guard';

const leaving = 'platform/host/leave.ts';

/** How instances come, leave and find each other. */
export const discoveryGuards: readonly Guard[] = [
  {
    name: 'who leaves goes on until everybody has heard of it',
    why: 'callers that have not heard of it yet would find nobody listening, at each restart',
    changes: [
      {
        file: leaving,
        from: 'if (await hasAnother(leaving, registration.id)) await delay(config.HOLDFAST_DRAIN_MS);',
        to: 'await hasAnother(leaving, registration.id);',
      },
    ],
    test: unit('host/leave', 'goes on answering between leaving Consul and its end'),
  },
  {
    name: 'who leaves alone does not wait',
    why: 'a stack with one of each would take seconds longer to stop, for nobody',
    changes: [{ file: leaving, from: 'some(({ id }) => id !== ownId)', to: 'length > 0' }],
    test: unit('host/leave', 'does not wait where it'),
  },
  {
    name: 'who leaves ends its connections',
    why: 'a caller would send its next request over a connection that is just being closed, and would not know whether it was done',
    changes: [
      {
        file: 'platform/http/server.ts',
        from: 'if (isEnding) response.shouldKeepAlive = false;',
        to: '',
      },
    ],
    test: unit('http/last-answers', 'a server that is about to end says so with each answer'),
  },
  {
    name: 'waits end where a gateway stops',
    why: 'whoever waits for the end of a saga would be cut off in the middle, and would have to ask whether it was started',
    changes: [
      {
        file: 'gateway/sagas/waiting.ts',
        from: "draining.addEventListener('abort', giveUp, { once: true });",
        to: '',
      },
    ],
    test: unit('gateway/waiting', 'is answered when the gateway begins to stop'),
  },
];
