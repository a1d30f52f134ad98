import type { Guard } from '../guard';
import { contract } from '../guard';

const redrive = 'platform/event-log/letters/redrive.ts';
const acting = 'projections/letters/acting.ts';
const statements = 'projections/letters/statements.ts';
const deadLetters = (title: string) => contract('dead-letters', title);
const poison = contract('dead-letters-poison', 'one poison event among 1,000 aggregates');

/** What keeps a read model right while people deal with its dead letters. */
export const letterGuards: readonly Guard[] = [
  {
    name: 'a dead letter parks one aggregate',
    why: 'one event nobody can apply would hold up every aggregate of its partition',
    changes: [
      {
        file: 'platform/event-log/projector/plan.ts',
        from: '      return foldProblem(error);\n',
        to: '      throw error;\n',
      },
    ],
    test: poison,
  },
  {
    name: 'a redrive stops at what still fails',
    why: 'later events would be folded into rows that lack the earlier one',
    changes: [
      { file: redrive, from: '      break;\n', to: '      continue;\n' },
      { file: redrive, from: 'if (event.seq === last + 1)', to: 'if (event.seq > last)' },
    ],
    test: deadLetters('are retried by group, each aggregate in order'),
  },
  {
    name: 'a dry run is rolled back',
    why: 'looking at what would change would change it',
    changes: [{ file: acting, from: 'commit: !dryRun', to: 'commit: true' }],
    test: deadLetters('tells row by row what would change, and changes nothing'),
  },
  {
    name: 'an edit must fit the closed schema',
    why: 'a person could write what no writer may, and every fold would have to expect it',
    changes: [
      {
        file: 'projections/letters/api.ts',
        from: 'if (edited !== undefined) demandWritable(options, letter, edited);',
        to: '',
      },
    ],
    test: deadLetters('takes only what the schema takes, keeps the original'),
  },
  {
    name: 'an edited event keeps the hash of the log',
    why: 'the next repeat of the original would look like a forked history and stop the partition',
    changes: [
      {
        file: redrive,
        from: 'return readRecord({ ...record, value: edited }, projection, schemas, parseEvent);',
        to: `return readRecord(record, projection, schemas, () => {
    const event = parseEvent({ ...record, value: edited });
    return { ...event, contentHash: event.contentHash.replace(/./, 'x') };
  });`,
      },
    ],
    test: deadLetters('takes only what the schema takes, keeps the original'),
  },
  {
    name: 'only the first letter is discarded',
    why: 'what stands before it would be given up with it, unseen',
    changes: [
      {
        file: redrive,
        from: 'if (first && first.seq !== letter.seq) throw',
        to: 'if (!first) throw',
      },
    ],
    test: deadLetters('is passed by in order, those behind it are applied'),
  },
  {
    name: 'a discarded number is remembered',
    why: 'the event behind it would be taken for a gap, and a repeat for news',
    changes: [
      {
        file: redrive,
        from: 'if (known) draft.skip({ aggregateId, seq, hash: known.contentHash });',
        to: "if (known) return 'discarded';",
      },
    ],
    test: deadLetters('is passed by in order, those behind it are applied'),
  },
  {
    name: 'a foreign message alone gives no number up',
    why: 'the event that has the number would be dropped as a repeat',
    changes: [{ file: redrive, from: '!isReplaced && isPassed', to: '!isReplaced' }],
    test: deadLetters('that is no event gives its number up only where'),
  },
  {
    name: 'an act under one key is one act',
    why: 'a repeated request would act twice and be recorded twice',
    changes: [{ file: acting, from: 'if (earlier) return', to: 'if (earlier && dryRun) return' }],
    test: deadLetters('under one key is one act'),
  },
  {
    name: 'letters that are done with are still copied',
    why: 'tools outside would never hear of a letter that was dealt with quickly',
    changes: [
      {
        file: statements,
        from: '\n  union all select ${columns} from settled_letters where copied_at is null',
        to: '',
      },
    ],
    test: contract('dead-letter-copies', 'are made at least once, with their cause'),
  },
];
