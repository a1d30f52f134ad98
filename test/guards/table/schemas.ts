import type { Guard } from '../guard';
import { unit } from '../guard';

const events = 'platform/contracts/events.ts';

/** What keeps events readable, whenever they were written and by whomever they are read. */
export const schemaGuards: readonly Guard[] = [
  {
    name: "today's code reads yesterday's events",
    why: 'events that the log keeps for good would become dead letters at the next replay',
    changes: [{ file: events, from: '...ofReadingNow,', to: '' }],
    test: unit('contracts/events', 'demands one that was not there'),
  },
  {
    name: "yesterday's code reads today's events",
    why: 'during a release the processes of the old build would put new events aside as dead letters',
    changes: [
      {
        file: events,
        from: 'if (!found.has(key)) found.set',
        to: "if (finding.rule !== 'EVENT_WIDENED') found.set",
      },
    ],
    test: unit('contracts/events', 'writes what an earlier reader refuses'),
  },
  {
    name: 'a minor is held to all minors before it',
    why: 'two steps that each break nothing would break the first version together',
    changes: [
      {
        file: events,
        from: 'files.slice(0, index)',
        to: 'files.slice(Math.max(0, index - 1), index)',
      },
    ],
    test: unit('contracts/events', 'each minor is held to all before it, and told once'),
  },
];
