import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const cache = 'platform/cache/cache.ts';
const scripts = 'platform/cache/redis-store.ts';
const reading = (title: string) => unit('cache/cache', title);
const inRedis = (title: string) => contract('cache', title);

/** What keeps readers of the cache from going back. */
export const cacheGuards: readonly Guard[] = [
  {
    name: 'an answer is never made of a load that began before its question',
    why: 'a reader who was answered by another gateway meanwhile would be answered from before that',
    changes: [
      {
        file: 'platform/cache/flights.ts',
        from: 'if (before?.isOpen) return',
        to: 'if (before) return',
      },
    ],
    test: reading('takes no load that began before the question'),
  },
  {
    name: 'what was loaded before Redis forgot is loaded again',
    why: 'whoever was given something newer by what is forgotten would be given this by another gateway',
    changes: [
      {
        file: cache,
        from: "if (outcome === 'gone' && attempt < limits.attemptsMax) continue;",
        to: '',
      },
    ],
    test: reading('loads again what was loaded before the store forgot everything'),
  },
  {
    name: 'a gateway remembers what it has served',
    why: 'what Redis did not take would be followed by what it still holds',
    changes: [
      { file: cache, from: 'newest(held?.floor, served.least(key))', to: 'newest(held?.floor)' },
    ],
    test: reading('serves nothing older than it has served, whatever the store holds'),
  },
  {
    name: 'the version is sealed with the value',
    why: 'who writes to Redis could put an old value in the place of every newer one',
    changes: [
      {
        file: 'platform/cache/entry.ts',
        from: 'isWhole && entry?.version === held.version',
        to: 'isWhole',
      },
    ],
    test: reading('believes no version that stands beside a value'),
  },
  {
    name: 'a start makes what was cached of its order be forgotten',
    why: 'whoever started it would be answered from before, or that there is no such order',
    changes: [
      {
        file: 'gateway/routes/start.ts',
        from: '  await expectChange(parts, contract.name, businessKey);\n',
        to: '',
      },
    ],
    test: unit('gateway/start', 'makes what was cached of its order be forgotten'),
  },
  {
    name: 'the projector tells the cache what it has changed',
    why: 'orders at rest would be answered seven seconds old, however long ago they changed',
    changes: [
      {
        file: 'projections/announcing.ts',
        from: 'cache.changed(cacheKeyOf(named, key), rowVersion(claim.era ?? 0, row));',
        to: 'continue;',
      },
    ],
    test: unit('cache/invalidation', 'says after each transaction how new the rows are'),
  },
  {
    name: 'what is read later is newer, whichever build of a read model it is',
    why: 'a read model that was taken back would not be believed, or would be put beside what came after it',
    changes: [
      {
        file: 'projections/generations/names.ts',
        from: '(extract(epoch from ${alias}.switched_at) * 1000)::bigint',
        to: '${alias}.number::bigint',
      },
    ],
    test: contract('replay', 'a read model is built beside the live one, switched and taken back'),
  },
  {
    name: 'Redis takes nothing older than what it has',
    why: 'a slow reader would put back what another one has read since',
    changes: [
      { file: scripts, from: "if held[3] and version < held[3] then return 'older' end", to: '' },
    ],
    test: inRedis('takes nothing older than what it has'),
  },
  {
    name: 'Redis takes nothing older than it was told of',
    why: 'a reader who began before a change would put back what was there before it',
    changes: [
      { file: scripts, from: "if held[2] and version < held[2] then return 'older' end", to: '' },
    ],
    test: inRedis('gives up what is older than it is told of'),
  },
  {
    name: 'Redis takes nothing from before it forgot',
    why: 'with its floors gone, a slow reader would put back what was refused before',
    changes: [{ file: scripts, from: "if held[1] ~= born then return 'gone' end", to: '' }],
    test: inRedis('takes nothing whose load began before everything was forgotten'),
  },
];
