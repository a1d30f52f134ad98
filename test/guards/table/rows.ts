import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const sealing = 'projections/rows/sealing.ts';
const tables = 'projections/tables.ts';
const records = 'reactions/records.ts';
const refused = contract(
  'sealed-rows',
  'exchanged, relabelled, set back or plain rows are refused',
);
const foreign = contract('sealed-rows', 'a row of another read model, of another generation');
const stopped = contract('sealed-rows', 'a projector stops before a row that does not open');
const takenOver = contract('resealed-rows', 'rows of before are taken over when a person says so');
const reactions = (title: string) => contract('sealed-reactions', title);

/** What keeps rows of read models and of reactions what they were written as. */
export const rowGuards: readonly Guard[] = [
  {
    name: 'a row is sealed for its key',
    why: 'who writes to the database could show one customer the order of another',
    changes: [
      { file: sealing, from: "'read_rows', projection, key]", to: "'read_rows', projection]" },
    ],
    test: refused,
  },
  {
    name: 'a row is sealed for its generation',
    why: 'an older build of a read model could be put under the name of the live one',
    changes: [{ file: sealing, from: "'read_rows', projection, key]", to: "'read_rows', key]" }],
    test: foreign,
  },
  {
    name: 'what lists are asked by is sealed with the row',
    why: 'a row could be moved into the list of another customer, or a started saga be called pending',
    changes: [{ file: sealing, from: ', canonicalJson(at.listed)]', to: ']' }],
    test: refused,
  },
  {
    name: 'the sources of a row are sealed with it',
    why: 'a row that lacks a parked event could be called complete',
    changes: [{ file: sealing, from: '...[JSON.stringify(at.sources), new', to: '...[new' }],
    test: refused,
  },
  {
    name: 'the age of a row is sealed with it',
    why: 'a row that was set back could be called as young as the one it took the place of',
    changes: [
      {
        file: sealing,
        from: 'new Date(at.as_of).toISOString(), canonicalJson',
        to: 'canonicalJson',
      },
    ],
    test: refused,
  },
  {
    name: 'the database takes no plain row',
    why: 'whoever may insert would write rows that look like ours until somebody opens them',
    changes: [{ file: tables, from: '    await run(client, demandSealedRows);\n', to: '' }],
    test: foreign,
  },
  {
    name: 'a projector folds nothing into a row that does not open',
    why: 'a forged row would be sealed as ours with the next event, or nobody would be told why it stands',
    changes: [
      {
        file: 'platform/event-log/projector/plan.ts',
        from: 'return refused(reading.keys) ?? applyOrPark(reading, event);',
        to: 'return applyOrPark(reading, event);',
      },
    ],
    test: stopped,
  },
  {
    name: 'a redrive folds nothing into a row that does not open',
    why: 'a forged row would be sealed as ours, or begun anew, when a person sends letters through again',
    changes: [{ file: 'projections/letters/acting.ts', from: '    demandOpened(view);\n', to: '' }],
    test: contract('refused-rows', 'a redrive leaves a row that does not open as it is'),
  },
  {
    name: 'a live row that does not open does not keep a replay from being switched to',
    why: 'the remedy for a forged row would fail on the forged row',
    changes: [
      {
        file: 'projections/generations/comparing.ts',
        from: "if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: stopped,
  },
  {
    name: 'a page with a row that does not open is not answered',
    why: 'a forged row would be passed over in silence, and what it hides with it',
    changes: [
      {
        file: 'gateway/read-model.ts',
        from: "  if (isFault(cause) && cause.code === 'CIPHERTEXT_REFUSED') throw cause;\n",
        to: '',
      },
    ],
    test: unit('gateway/routes', 'that the read model cannot open'),
  },
  {
    name: 'an explanation does not pass over a row that does not open',
    why: 'whoever forges the row of a saga would hide who acted on it',
    changes: [
      {
        file: 'gateway/routes/explanation.ts',
        from: "    if (isFault(error) && error.code === 'CIPHERTEXT_REFUSED') throw error;\n",
        to: '',
      },
    ],
    test: unit('gateway/refused-rows', 'an explanation never says that nobody acted'),
  },
  {
    name: 'a saga whose row does not open is not answered by the bare record of Temporal',
    why: 'a forged row would be passed over in silence wherever no worker answers',
    changes: [
      {
        file: 'gateway/sagas/find.ts',
        from: "  if (isFault(row.error) && row.error.code === 'CIPHERTEXT_REFUSED') throw row.error;\n",
        to: '',
      },
    ],
    test: unit('gateway/refused-rows', 'a saga whose row does not open is answered by its worker'),
  },
  {
    name: 'plain rows are taken over by a person alone',
    why: 'a version that was set back would make whatever was put there a row of ours',
    changes: [
      { file: tables, from: 'if (takingOver === undefined) {', to: 'if (what === "") {' },
      { file: tables, from: 'await takingOver.ready();', to: 'await takingOver?.ready();' },
    ],
    test: takenOver,
  },
  {
    name: 'who waits for a person looks before it locks',
    why: 'each waiting process would lock every reader out again and again until a person comes',
    changes: [
      {
        file: tables,
        from: '  if (parts.takingOver === undefined) await demandTakenOver(parts);\n',
        to: '',
      },
    ],
    test: contract('resealed-rows', 'a process that waits for a person to take rows over locks'),
  },
  {
    name: 'rows are taken over once',
    why: 'every later migration would seal what was put there in plain',
    changes: [
      {
        file: tables,
        from: 'version < rowsSealedSince && (await hasPlainRows(client))',
        to: '(await hasPlainRows(client))',
      },
    ],
    test: takenOver,
  },
  {
    name: 'rows are gone through once more before none is left under an older key',
    why: 'a key would be called unused that a row was sealed with meanwhile',
    changes: [
      {
        file: 'projections/rows/sealed-rows.ts',
        from: 'if (sealed > 0) continue;',
        to: '',
      },
    ],
    test: contract('resealed-rows', 'rows of every generation are counted by key'),
  },
  {
    name: 'a row that does not open keeps no other under an older key',
    why: 'one forged row would keep a key from being retired for good',
    changes: [
      {
        file: 'projections/rows/sealed-rows.ts',
        from: "if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: contract('resealed-rows', 'rows that do not open are passed over and named'),
  },
  {
    name: 'rows that could not be sealed anew are told of',
    why: 'a command would say that all is under the new key while a forged row is not',
    changes: [
      { file: 'projections/rows/sealed-rows.ts', from: '        demandOpened(before);\n', to: '' },
    ],
    test: contract('resealed-rows', 'rows that do not open are passed over and named'),
  },
  {
    name: 'a record that does not open holds up no other',
    why: 'one forged record would keep every event from starting its saga',
    changes: [
      {
        file: records,
        from: "if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: reactions('a record that was changed, exchanged or set back starts nothing'),
  },
  {
    name: 'records that do not open take so much of a look and no more',
    why: 'whoever forges records by the thousand would keep the orchestrator reading them',
    changes: [{ file: records, from: 'page < limits.pagesMax && ', to: '' }],
    test: reactions('a look reads no more than some pages of records that do not open'),
  },
  {
    name: 'a record is changed where it still holds what was read',
    why: 'of two changes at once one would be lost: whom an event was sent to, say',
    changes: [
      {
        file: records,
        from: 'and sealed = $5 and ${isPending}',
        to: 'and $5 <> key and ${isPending}',
      },
    ],
    test: reactions('of two that change one record at once neither change is lost'),
  },
  {
    name: 'only the orchestrator has the keys of reactions',
    why: 'a projector or a gateway that was broken into could have sagas started',
    changes: [
      {
        file: 'platform/security/keys/access.ts',
        from: "projector: ['events.*', 'read-models', 'letters'],",
        to: "projector: ['events.*', 'read-models', 'letters', 'reactions'],",
      },
    ],
    test: unit('security/key-access', 'gets the keys that the table gives it, and no others'),
  },
];
