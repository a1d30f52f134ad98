import type { Guard } from '../guard';
import { contract, unit } from '../guard';

const sealing = 'platform/audit/ledger/sealing.ts';
const tables = 'platform/audit/ledger/tables.ts';
const rows = 'platform/audit/ledger/sealed-rows.ts';
const resealing = 'platform/audit/ledger/resealing.ts';
const statements = 'platform/audit/ledger/statements.ts';
const auditor = 'platform/audit/auditor.ts';
const forged = contract('sealed-ledger', 'refused by name, and counted');
const finding = contract('sealed-ledger', 'a finding that was changed says so, and hides no other');
const takenOver = contract(
  'sealed-ledger',
  'a ledger of before is taken over when a person says so',
);
const passedOver = contract('resealed-ledger', 'rows that do not open are passed over and named');

/** What keeps the auditor from believing a memory that somebody else has written. */
export const ledgerGuards: readonly Guard[] = [
  {
    name: 'a step that failed is taken again just as it was',
    why: 'what the auditor waits for would be gone in the next pass and back in a later one, and nobody would believe it',
    changes: [
      {
        file: 'platform/audit/pass/service-audit.ts',
        from: "isDue(before.historyAfter.aggregateId === '')",
        to: 'isDue(true) && (paces.history.took(true), true)',
      },
    ],
    test: unit('audit/refused', 'of what is looked at now and then alone'),
  },
  {
    name: 'a remembered state is sealed for its number',
    why: 'a service and the memory of it could be set back together, and nobody would see it',
    changes: [{ file: sealing, from: '[service, id, String(seq),', to: '[service, id,' }],
    test: forged,
  },
  {
    name: 'a remembered state is sealed for its service and aggregate',
    why: 'one account’s memory could be put into another’s place',
    changes: [{ file: sealing, from: '[service, id, String(seq)', to: '[String(seq)' }],
    test: forged,
  },
  {
    name: 'what of the log was seen, and what is not compared, is sealed with the state',
    why: 'one bit, written by hand, would take an aggregate out of the audit for good',
    changes: [{ file: sealing, from: ', String(log_seq), String(stalled)]', to: ']' }],
    test: forged,
  },
  {
    name: 'what is known of a saga is sealed for it, and for having ended',
    why: 'a saga could be judged by what another one did, or never',
    changes: [{ file: sealing, from: '[workflow_id, service, String(ended)]', to: '[service]' }],
    test: forged,
  },
  {
    name: 'a mark is sealed for its service',
    why: 'the auditor would read on behind what it never read',
    changes: [{ file: sealing, from: '({ service }) => [service]', to: '() => []' }],
    test: forged,
  },
  {
    name: 'a finding is sealed for what it is about',
    why: 'a violation could be renamed into something that merely waits',
    changes: [
      { file: sealing, from: '[code, service, subject, event_id ??', to: '[service, event_id ??' },
      { file: sealing, from: ", saga_id ?? '']", to: ']' },
    ],
    test: finding,
  },
  {
    name: 'a finding that does not open hides no other one',
    why: 'one forged row would keep every violation from whoever asks',
    changes: [
      {
        file: statements,
        from: "if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: finding,
  },
  {
    name: 'a finding that does not open keeps none of its subject from being told',
    why: 'who put a row there beforehand would keep a violation out of log and signed report',
    changes: [
      {
        file: statements,
        from: 'if (detailOf(sealing, kept).isRefused !== true) return false;',
        to: 'if (!kept.is_new) return false;',
      },
    ],
    test: contract('sealed-ledger', 'is told all the same, with its own detail'),
  },
  {
    name: 'a finding that the table did not take is no known one',
    why: 'a trigger would keep every violation out of log and signed report',
    changes: [
      {
        file: statements,
        from: '  const kept = taken(written.rows, finding);\n',
        to: '  const [kept] = written.rows;\n  if (kept === undefined) return false;\n',
      },
    ],
    test: contract('sealed-ledger', 'a finding that the database does not take'),
  },
  {
    name: 'a verdict does not stand on a finding that does not open',
    why: 'a violation that was renamed would leave everything in order',
    changes: [
      {
        file: 'cli/audit/print.ts',
        from: 'isRefused || away.length > 0',
        to: 'isRefused && away.length > 0',
      },
    ],
    test: unit('cli/audit', 'open violations decide'),
  },
  {
    name: 'a verdict does not stand on a line of the report that is not believed',
    why: 'a line that anybody wrote would say that no service waits',
    changes: [
      { file: 'cli/audit/print.ts', from: 'doubt !== undefined || findings', to: 'findings' },
    ],
    test: unit('cli/audit', 'open violations decide'),
  },
  {
    name: 'the last line of the report is believed for its signature and the line before it',
    why: 'a line that anybody wrote would say that no service waits',
    changes: [
      {
        file: 'platform/audit/report.ts',
        from: "  if (typeof read === 'string') return { away: [], doubt: `line ${number}: ${read}` };",
        to: "  if (typeof read === 'string') return { away: [] };",
      },
    ],
    test: unit('audit/report', 'the last line is believed where the auditor has signed it'),
  },
  {
    name: 'the database takes no plain memory of the auditor',
    why: 'code from before would go on with a ledger that nobody may read',
    changes: [{ file: tables, from: '    await run(client, demandSealed);\n', to: '' }],
    test: contract('sealed-ledger', 'is taken by no database, and believed by no auditor'),
  },
  {
    name: 'a plain ledger is taken over by a person alone',
    why: 'a version that was set back would make whatever stands there the auditor’s own memory',
    changes: [
      { file: tables, from: 'if (takingOver === undefined) {', to: 'if (version < 0) {' },
      { file: tables, from: 'await takingOver.ready();', to: 'await takingOver?.ready();' },
    ],
    test: takenOver,
  },
  {
    name: 'a ledger is taken over once',
    why: 'every later migration would seal what was put there in plain, and seal twice what is sealed',
    changes: [
      { file: tables, from: 'if (version < ledgerSealedSince) {', to: 'if (version >= 0) {' },
    ],
    test: takenOver,
  },
  {
    name: 'sealing anew leaves alone what was written meanwhile',
    why: 'the auditor would find its own memory set back',
    changes: [
      {
        file: rows,
        from: "which === 'any' ? 'true' : `${textOf(of, 't.')} = n.held`",
        to: "'true'",
      },
    ],
    test: contract('resealed-ledger', 'what is written while rows are sealed anew stays'),
  },
  {
    name: 'a row of the ledger that does not open keeps no other under an older key',
    why: 'one forged row would keep a key from being retired for good',
    changes: [
      {
        file: resealing,
        from: "else if (error.code === 'CIPHERTEXT_REFUSED') refused",
        to: 'else if (!isFault(error)) refused',
      },
    ],
    test: passedOver,
  },
  {
    name: 'rows of the ledger that could not be sealed anew are told of',
    why: 'a command would say that all is under the new key while a forged row is not',
    changes: [{ file: resealing, from: '        demandOpened(over.refused);\n', to: '' }],
    test: passedOver,
  },
  {
    name: 'a row whose key is not known yet is asked for again',
    why: 'it would be passed over in silence, and keep its key',
    changes: [
      { file: resealing, from: '      if (unknown !== undefined) throw unknown;\n', to: '' },
    ],
    test: contract('resealed-ledger', 'a row under a key that is not known yet'),
  },
  {
    name: 'a saga that does not open holds up no service',
    why: 'one forged row would end the audit of everything',
    changes: [
      {
        file: auditor,
        from: '      if (!awayCodes.has(codeOf(error))) throw error;',
        to: 'throw error;',
      },
    ],
    test: unit('audit/refused', 'of an ended saga: none is judged'),
  },
  {
    name: 'what services found is told, whatever becomes of sagas',
    why: 'it would be known from then on, and stand in no log and no report',
    changes: [{ file: auditor, from: "  ...['STORE_UNAVAILABLE', ", to: '  ...[' }],
    test: unit('audit/refused', 'of an ended saga: none is judged'),
  },
  {
    name: 'what does not open of one service holds up no other',
    why: 'one forged row would end the audit of everything',
    changes: [{ file: auditor, from: ", 'CIPHERTEXT_REFUSED']", to: ']' }],
    test: unit('audit/refused', 'of a service: its audit waits and says where'),
  },
  {
    name: 'the report has no detail of a finding',
    why: 'amounts would stand in the auditor’s database, in base64',
    changes: [
      {
        file: 'platform/audit/report.ts',
        from: 'found.map(({ detail: _, ...ids }) => ids)',
        to: 'found',
      },
    ],
    test: unit('audit/refused', 'a line of the report says who waits'),
  },
  {
    name: 'an auditor that cannot seal is not ready',
    why: 'it would look at work to whoever watches it, and could write nothing down',
    changes: [
      {
        file: 'platform/audit/process.ts',
        from: "if (keys.keys('audit').current() === undefined)",
        to: 'if (keys === undefined)',
      },
    ],
    test: contract('auditor-process', 'without keys the auditor is alive and not ready'),
  },
];
