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
    name: 'a version without golden events is found',
    why: 'nobody would notice that the code of today cannot read what the log is full of',
    changes: [
      {
        file: 'platform/contracts/golden/check.ts',
        from: '!kept.has(keyOf(one))',
        to: 'kept.size === 0 && !kept.has(keyOf(one))',
      },
    ],
    test: unit('contracts/golden/corpus', 'a new version gets its golden events, once'),
  },
  {
    name: 'an older major needs an upcaster',
    why: 'folds of today would be given data of a major they do not know',
    changes: [
      {
        file: 'platform/event-log/schema-registry.ts',
        from: 'if (wrong) throw new UpcasterError(wrong);',
        to: 'void UpcasterError;\n  void wrong;',
      },
    ],
    test: unit('event-log/upcasters', 'one is missing'),
  },
  {
    name: 'readers are given older majors as the newest',
    why: 'a projection would fold the data of an older build',
    changes: [
      {
        file: 'platform/event-log/projector/reading.ts',
        from: 'event = currentEvent(event, read);',
        to: 'void currentEvent;',
      },
    ],
    test: unit('event-log/upcasters', 'give a projection the event of today'),
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
