import type { Guard } from '../guard';
import { contract, unit } from '../guard';

/** What keeps a log that is filled again, or written to by a client with faults, in order. */
export const republishGuards: readonly Guard[] = [
  {
    name: 'nothing is published again over a fork',
    why: 'both stories would stand in the log, and every reader would stop',
    changes: [
      {
        file: 'platform/republish/republish.ts',
        from: 'else if (!isForked && (lacking > 0 || options.all))',
        to: 'else if (lacking > 0 || options.all)',
      },
    ],
    test: unit('republish/republish', 'two contents of one event stop everything, with the ids'),
  },
  {
    name: 'the log is read once more before an event is lacking',
    why: 'what the relay sent while the table was read would count as lost',
    changes: [
      {
        file: 'platform/republish/republish.ts',
        from: 'await run.readOn();\n  for (const { aggregateId: id, seq } of index.forks) {',
        to: 'for (const { aggregateId: id, seq } of index.forks) {',
      },
    ],
    test: unit('republish/republish', 'what it sends while the table is read is not lacking'),
  },
  {
    name: 'a gap is filled only where readers look for it',
    why: 'the log would be said to be whole, and new readers would stop in it',
    changes: [
      {
        file: 'platform/republish/buried.ts',
        from: 'if (distance <= gapReachBytes) continue;',
        to: 'if (distance > 0) continue;',
      },
    ],
    test: unit('republish/republish', 'is told, and left alone, where no reader would look'),
  },
  {
    name: 'a rebuild tells what came too late',
    why: 'a log in which new readers stop would be called equal',
    changes: [
      {
        file: 'platform/rebuild/verify.ts',
        from: 'if (late === undefined || late.bytes <= gapReachBytes) continue;',
        to: 'if (track !== undefined) continue;',
      },
    ],
    test: unit('rebuild/late', 'where no reader would look for it any more, it came too late'),
  },
  {
    name: 'nothing is sent that was given up while connecting',
    why: 'a send whose lease is long gone would reach the log behind the caller’s back',
    changes: [
      {
        file: 'platform/event-log/kafka/writer.ts',
        from: 'if (isOver()) return;',
        to: '',
      },
    ],
    test: contract('log-port', 'never sends what was given up while there was no connection yet'),
  },
];
