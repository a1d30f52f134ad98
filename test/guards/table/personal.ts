import type { Guard } from '../guard';
import { unit } from '../guard';

const file = 'gateway/sagas/personal.ts';
const personal = (title: string) => unit('gateway/personal', title);

/** What keeps what belongs to a person from everybody behind the gateway, and from everybody without their key. */
export const personalGuards: readonly Guard[] = [
  {
    name: 'personal members are sealed',
    why: 'names and addresses would stand in workflows, databases, log and backups, and no forgetting would reach them',
    changes: [{ file, from: 'parse({ ...given, ...sealed })', to: 'parse({ ...given })' }],
    test: personal('go on as a text that opens for their person, order and member alone'),
  },
  {
    name: 'personal members are bound to their object',
    why: 'one order’s address could be put into another of the same person',
    changes: [
      {
        file,
        from: '[saga, businessKey, member];',
        to: '[saga, businessKey.slice(999), member];',
      },
    ],
    test: personal('that was taken from another order is refused'),
  },
  {
    name: 'requests are compared by keyed hashes',
    why: 'who reads a memo or the journal could try addresses until one fits, for persons who were forgotten too',
    changes: [
      {
        file,
        from: 'return { input, compared: { ...given, ...hashed } };',
        to: 'return { input, compared: given };',
      },
    ],
    test: personal('are compared by a keyed hash: a repeat is a repeat'),
  },
  {
    name: 'the hash of a person has a key',
    why: 'a hash that anybody can make says whether a guess is right',
    changes: [
      {
        file: 'platform/security/keys/subjects.ts',
        from: "createHmac('sha256', Buffer.from(derived))",
        to: "createHmac('sha256', Buffer.from(derived).fill(0))",
      },
    ],
    test: unit('security/subject-keys', 'equal values of one person and place have one hash'),
  },
  {
    name: 'personal members are not handed in sealed',
    why: 'who has seen a sealed text could have it opened as a delivery of their own',
    changes: [
      {
        file,
        from: 'const request = input.extend(Object.fromEntries(written));',
        to: 'const request = input;',
      },
    ],
    test: personal('cannot be handed in sealed, and mistakes in them have a pointer'),
  },
  {
    name: 'personal members are shown by role',
    why: 'everybody who may see orders would see where people live',
    changes: [
      {
        file: 'gateway/routes/orders.ts',
        from: "const readersOfPersonal = ['admin'] as const;",
        to: "const readersOfPersonal = ['admin', 'viewer'] as const;",
      },
    ],
    test: personal('is hidden from who sees everything else, sealed as well'),
  },
];
