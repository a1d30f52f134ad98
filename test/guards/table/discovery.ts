import type { Guard } from '../guard';
import { unit } from '../guard';

const outlier = 'platform/discovery/outlier.ts';
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
    name: 'one that does not answer is left alone',
    why: 'every further request that meets it would wait for what does not come',
    changes: [{ file: outlier, from: "if (outcome === 'fault') return 'fault';", to: '' }],
    test: unit('discovery/outlier', 'is left alone when it did not answer once'),
  },
  {
    name: 'errors in a row count',
    why: 'an instance that answers each request with a 500 would go on getting its share',
    changes: [
      {
        file: outlier,
        from: "outcome === 'error' ? health.errorsInRow + 1 : 0",
        to: '0',
      },
    ],
    test: unit('discovery/outlier', 'after three errors in a row, a 500 among them'),
  },
  {
    name: 'never all are left alone',
    why: 'trouble that all instances have would end the service for everybody',
    changes: [{ file: outlier, from: '.slice(0, most)', to: '' }],
    test: unit('discovery/outlier', 'are left alone: never all'),
  },
  {
    name: 'who comes back at a place has done nothing yet',
    why: 'a restarted instance would be left alone for what its predecessor did, and what is known would grow for ever',
    changes: [{ file: outlier, from: 'if (!ids.has(id)) known.delete(id);', to: 'void id;' }],
    test: unit('discovery/outlier', 'starts afresh when it has left the list'),
  },
  {
    name: 'a service that does not answer is not asked',
    why: 'every caller would wait to the end of its deadline, and take places that others need',
    changes: [
      { file: 'platform/discovery/service-client.ts', from: '      demandClosed();\n', to: '' },
    ],
    test: unit(
      'discovery/service-client',
      'where most calls are not answered nobody waits any more',
    ),
  },
  {
    name: 'a forged instance is counted',
    why: 'whoever registers a service of ours in Consul would go unnoticed',
    changes: [
      {
        file: 'platform/discovery/service-client.ts',
        from: "if (code === 'PEER_IDENTITY_WRONG') metrics.peerRefused();",
        to: '',
      },
    ],
    test: unit('discovery/service-client', 'an instance with another identity gets nothing'),
  },
  {
    name: 'a token registers one name',
    why: 'whoever takes the token of one process could turn callers of every service away',
    changes: [
      {
        file: 'stack/servers/consul/tokens.ts',
        from: '`service "${name}" { policy = "write" }`',
        to: '\'service_prefix "" { policy = "write" }\'',
      },
    ],
    test: unit('stack/consul-tokens', 'a token writes the one name its process serves under'),
  },
  {
    name: 'an empty list is no reason to ask nobody',
    why: 'one slow check of the only instance would make every request fail, although it answers',
    changes: [
      {
        file: 'platform/discovery/watch.ts',
        from: 'if (state.isNamed || !state.wasNamed) state',
        to: 'state',
      },
    ],
    test: unit('discovery/discovery', 'goes on with those that were well last where none is'),
  },
  {
    name: 'one that begins to follow a service asks it although its check was slow',
    why: 'a gateway that starts while the only instance misses one check would refuse everything until the next one',
    changes: [
      {
        file: 'platform/discovery/watch.ts',
        from: 'state.isNamed ? well : registered',
        to: 'well',
      },
    ],
    test: unit('discovery/discovery', 'follows those that are well only, and where none ever was'),
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
