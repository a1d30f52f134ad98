import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const replayed = contract('replay', 'is built beside the live one, switched and taken back');
const asOf = (title: string) => unit('event-log/as-of', title);

/** What keeps a read model whole while another generation of it is built, and answers about the past right. */
export const replayGuards: readonly Guard[] = [
  {
    name: 'a switch waits until the new generation has what the live one has',
    why: 'rows would go back in time, and after a rollback stand there as they were long ago',
    changes: [
      {
        file: 'projections/generations/store.ts',
        from: '    while (!told.isAtLeast(places)) {\n',
        to: '    while (places.length < 0) {\n',
      },
      {
        file: 'platform/event-log/replay/replay.ts',
        from: '    await folding.catchUp();\n    await crashPoint',
        to: '    await crashPoint',
      },
      {
        file: 'platform/event-log/replay/replay.ts',
        from: '    await folding.catchUp();\n    const outcome',
        to: '    const outcome',
      },
    ],
    test: replayed,
  },
  {
    name: 'a projector leaves a generation that is not live any more',
    why: 'what happens after a switch would go into rows that nobody reads',
    changes: [
      {
        file: 'projections/generations/projecting.ts',
        from: "isIts: (state) => state === 'live',",
        to: 'isIts: () => true,',
      },
    ],
    test: replayed,
  },
  {
    name: 'dead letters of its own refuse a switch',
    why: 'aggregates that were whole would be parked by a fold that is worse, and nobody asked',
    changes: [
      {
        file: 'platform/event-log/replay/replay.ts',
        from: 'letters.count > 0 && !acceptLetters',
        to: 'letters.count < 0 && !acceptLetters',
      },
    ],
    test: contract('replay-command', 'dead letters of its own refuse the switch'),
  },
  {
    name: 'one replay of a projection at a time',
    why: 'two builders would take each other’s partitions away and neither would arrive',
    changes: [
      {
        file: 'platform/event-log/replay/replay.ts',
        from: 'if (hold === undefined) {',
        to: 'if (hold === null) {',
      },
    ],
    test: contract('replay-command', 'two at once are refused'),
  },
  {
    name: 'a look into the past ends at its cut',
    why: 'it would show what had not reached the log by then',
    changes: [
      {
        file: 'platform/event-log/read-topic.ts',
        from: 'return until < high ? until : high;',
        to: 'return high;',
      },
    ],
    test: asOf('at any cut the rows are those of a rebuild that stopped there'),
  },
  {
    name: 'a snapshot is sealed for its place in the log',
    why: 'an older state could be put under a later place, and what lies between would be missing',
    changes: [
      {
        file: 'projections/history/sealing.ts',
        from: 'projection, fold, canonicalJson(places), String(part)',
        to: 'projection, fold, String(part)',
      },
    ],
    test: contract('as-of', 'snapshots are sealed for what they are of'),
  },
  {
    name: 'no snapshot later than the cut is gone on from',
    why: 'the past would hold what came after it',
    changes: [
      {
        file: 'projections/history/store.ts',
        from: 'next <= (cut.get(place) ?? -1n)',
        to: 'next >= -1n',
      },
    ],
    test: contract('as-of', 'at places drawn at random it is a rebuild that stopped there'),
  },
  {
    name: 'no state is put by while records wait behind a gap',
    why: 'a snapshot would claim records that its rows do not have',
    changes: [
      {
        file: 'platform/event-log/history/as-of.ts',
        from: 'snapshots === undefined || !fold.isWhole()',
        to: 'snapshots === undefined',
      },
    ],
    test: asOf('puts no state by that lacks what stands behind a gap'),
  },
];
