import { summaryOf } from '../../../bench/profile/summary';
import type { CpuProfile } from '../../../bench/profile/summary';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 4 });
const ours = 'file:///somewhere/dist/platform/outbox/store.js';
const theirs = 'file:///somewhere/node_modules/@scope/driver/lib/client.js';

/** The root calls us; we call a driver, which calls the engine; the driver works on its own, too. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('write', ours), children: [3] },
    { id: 3, callFrame: frame('query', theirs), children: [4] },
    { id: 4, callFrame: frame('writev', 'node:internal/streams') },
    { id: 5, callFrame: frame('', theirs) },
    { id: 6, callFrame: frame('(idle)') },
  ],
  samples: [2, 3, 4, 5, 6],
  timeDeltas: [1_000, 2_000, 3_000, 4_000, 90_000],
};

test('time belongs to the nearest file of ours, to the package where there is none, and idle time to nobody', () => {
  expect(summaryOf(profile)).toEqual({
    busyMs: 10,
    idleMs: 90,
    whose: [
      ['platform/outbox/store.js', 0.6],
      ['@scope/driver', 0.4],
    ],
    functions: [
      ['(anonymous) @scope/driver/lib/client.js:5', 0.4],
      ['writev node:internal/streams:5', 0.3],
      ['query @scope/driver/lib/client.js:5', 0.2],
      ['write platform/outbox/store.js:5', 0.1],
    ],
  });
});
