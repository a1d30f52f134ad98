import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const redrive = 'platform/event-log/letters/redrive.ts';
const acting = 'projections/letters/acting.ts';
const statements = 'projections/letters/statements.ts';
const sealing = 'projections/letters/sealing.ts';
const store = 'projections/tables.ts';
const refusedLetters = contract(
  'sealed-letters',
  'exchanged, set back, relabelled or plain letters are refused',
);
const takenOver = contract('sealed-letters', 'letters of before are taken over when a person says');
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
  {
    name: 'a letter is sealed for its record',
    why: 'an operator would read one message, and apply another in its place',
    changes: [
      {
        file: sealing,
        from: '    ...[projectionOf(at.projection), at.topic, String(at.partition), at.log_offset],\n',
        to: '',
      },
      {
        file: sealing,
        from: "...[at.aggregate_id, String(at.seq), at.hash ?? '', at.message_key, ...member],",
        to: '...member,',
      },
    ],
    test: refusedLetters,
  },
  {
    name: 'a letter is sealed for its number',
    why: 'whoever writes to the database could move a letter in the queue of its aggregate',
    changes: [{ file: sealing, from: 'String(at.seq)', to: 'String(at.seq).slice(99)' }],
    test: refusedLetters,
  },
  {
    name: 'an edit is sealed for how often the letter was edited',
    why: 'an edit that was thought better of could be put back',
    changes: [
      {
        file: sealing,
        from: "vault.seal(edited, placeOf(at, 'edited', String(edits)))",
        to: "vault.seal(edited, placeOf(at, 'edited'))",
      },
      {
        file: sealing,
        from: "openAt(vault, sealed, placeOf(at, 'edited', String(edits)))",
        to: "openAt(vault, sealed, placeOf(at, 'edited'))",
      },
    ],
    test: refusedLetters,
  },
  {
    name: 'an edit cannot be taken away',
    why: 'the payload that a person has corrected would be applied as it was',
    changes: [
      { file: sealing, from: 'if (edits === 0 && sealed === null)', to: 'if (sealed === null)' },
    ],
    test: refusedLetters,
  },
  {
    name: 'the database takes no plain letter',
    why: 'code from before would go on writing letters that nobody may read',
    changes: [
      {
        file: store,
        from: '    for (const statement of demandSealed) await run(client, statement);\n',
        to: '',
      },
    ],
    test: refusedLetters,
  },
  {
    name: 'a letter that does not open holds up no list',
    why: 'one forged row would hide every letter from operators, and stop the copies',
    changes: [
      {
        file: statements,
        from: "if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: refusedLetters,
  },
  {
    name: 'a letter that does not open is copied as such',
    why: 'tools outside would take a letter without content for an event without content',
    changes: [
      {
        file: 'platform/event-log/letters/copier.ts',
        from: 'if (letter.isRefused) {',
        to: 'if (letter.isRefused === undefined && letter.id === "") {',
      },
    ],
    test: contract('dead-letter-copies', 'are made at least once, with their cause'),
  },
  {
    name: 'plain letters are taken over by a person alone',
    why: 'a version that was set back would make whatever was put there a letter of ours',
    changes: [
      { file: store, from: 'if (takingOver === undefined) {', to: 'if (what === "") {' },
      { file: store, from: 'await takingOver.ready();', to: 'await takingOver?.ready();' },
    ],
    test: takenOver,
  },
  {
    name: 'letters are taken over once',
    why: 'every later migration would seal what was put there in plain, and seal twice what is sealed',
    changes: [
      {
        file: store,
        from: 'version < lettersSealedSince && (await hasLetters(client))',
        to: '(await hasLetters(client))',
      },
    ],
    test: takenOver,
  },
  {
    name: 'edits count among the uses of a key',
    why: 'a key would be retired that the only edit of a letter is sealed with',
    changes: [
      {
        file: 'projections/letters/sealed-rows.ts',
        from: "    `select ${keyIdOf('edited')} from ${table} where edited is not null`,\n",
        to: '',
      },
    ],
    test: contract('sealed-letters', 'letters, edits and acts are counted by key'),
  },
  {
    name: 'no key of letters is retired',
    why: 'copies of letters in the log would become unreadable, uncounted',
    changes: [
      {
        file: 'cli/keys/command.ts',
        from: 'content === undefined || content.uncounted',
        to: 'content === undefined',
      },
    ],
    test: unit('cli/keys-retire', 'a key is never retired whose uses nobody counts'),
  },
];
