import type { Guard } from '../guard';
import { unit } from '../guard';

const writesOn = unit('rebuild/verify', 'what it writes at any moment is no difference');

/** What keeps a rebuild from accusing a service that merely writes on, or from believing one that lost something. */
export const rebuildGuards: readonly Guard[] = [
  {
    name: 'compared at the same number',
    why: 'whatever a service wrote after its database was asked would be a difference',
    changes: [
      {
        file: 'platform/rebuild/roll/track.ts',
        from: 'if (seq > track.captured.seq) track.beyond ??= type;\n  else fold(track, event, place.evolve);',
        to: 'fold(track, event, place.evolve);',
      },
      {
        file: 'platform/rebuild/roll/track.ts',
        from: 'if (seq !== track.captured.seq) return;',
        to: 'if (seq < track.captured.seq) return;',
      },
    ],
    test: writesOn,
  },
  {
    name: 'what is on its way to the log is waited for',
    why: 'every event that the relay has not sent yet would count as lost',
    changes: [
      {
        file: 'platform/rebuild/roll/catch-up.ts',
        from: 'if (!event.published) return { id, track, seq, lost: undefined };',
        to: '',
      },
    ],
    test: unit('rebuild/verify', 'a database that is ahead of the log is waited for'),
  },
  {
    name: 'the log is read once more before an event is lost',
    why: 'an event that was sent while the outbox was asked would count as lost',
    changes: [
      { file: 'platform/rebuild/roll/catch-up.ts', from: 'await readOn();', to: 'void readOn;' },
    ],
    test: unit('rebuild/verify', 'what is sent while the outbox is asked for it is not lost'),
  },
  {
    name: 'a row that a listing lacks is asked for by its id',
    why: 'an index that lags would make rows disappear',
    changes: [
      {
        file: 'platform/rebuild/verify.ts',
        from: 'if ((await store.readAggregate(aggregateId)) === undefined) {',
        to: 'if (aggregateId !== undefined) {',
      },
    ],
    test: unit('rebuild/verify', 'an index that lags hides nothing and accuses nobody'),
  },
  {
    name: 'a repeat is told from a fork by its content',
    why: 'a history that was written twice would pass for one that was sent twice',
    changes: [
      {
        file: 'platform/rebuild/roll/track.ts',
        from: "if (known === contentHash || track.hashes.has(seq, contentHash)) return 'repeat';",
        to: "if (contentHash !== '') return 'repeat';",
      },
    ],
    test: unit('rebuild/verify', 'two contents of one number fork the history'),
  },
];
