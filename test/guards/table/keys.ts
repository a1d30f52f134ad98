import type { Guard } from '../guard';
import { contract, unit } from '../guard';

/** Who may have which key, how long, and what a destroyed one stays. */
export const keyGuards: readonly Guard[] = [
  {
    name: 'keys by purpose',
    why: 'any process could read the database, topic and cache of every other',
    changes: [
      {
        file: 'platform/keys/api.ts',
        from: 'if (purposesFor(peer, services).some((each) => each === purpose)) return;',
        to: 'if (purposesOf(services).some((each) => each === purpose)) return;',
      },
    ],
    test: contract('key-store', 'every process gets the keys of its purposes, and is refused'),
  },
  {
    name: 'keys are bound to their purpose where they are kept',
    why: 'who can write to the database of keys could hand the key of one purpose out as another’s',
    changes: [
      {
        file: 'platform/keys/store.ts',
        from: "const placeOf = (purpose: string, id: string): Place => ['keys', 'data', purpose, id];",
        to: "const placeOf = (_purpose: string, _id: string): Place => ['keys', 'data'];",
      },
    ],
    test: contract('key-store', 'a wrapped key that was moved to another purpose is not unwrapped'),
  },
  {
    name: 'a key that nobody has is no reason to wait',
    why: 'whoever may write to a store could stop whole partitions with a made-up key id, and nobody would be called',
    changes: [
      {
        file: 'platform/security/keys/vault.ts',
        from: 'if (key === undefined && keys.isAbsent?.(id))',
        to: 'if (key === undefined && keys.isAbsent === undefined)',
      },
    ],
    test: unit('security/keyring', 'a key that the key store does not know is waited for once'),
  },
  {
    name: 'an answer from before says nothing of a key',
    why: 'a value under a key that is newer than our last look would be refused for good',
    changes: [
      { file: 'platform/security/keys/keyring.ts', from: 'confirmedMs > metMs', to: 'true' },
    ],
    test: unit('security/keyring', 'a key that the key store does not know is waited for once'),
  },
  {
    name: 'unconfirmed keys end',
    why: 'a key that was retired or a process that was shut out would go on for ever',
    changes: [
      {
        file: 'platform/security/keys/keyring.ts',
        from: '(ageMs() <= keyringLimits.unconfirmedMsMax ? given : undefined)',
        to: 'given',
      },
    ],
    test: unit('security/keyring', 'keys are used for ten minutes without the key store'),
  },
  {
    name: 'a lost report is made again',
    why: 'a key would seal more than was counted, and nonces could meet',
    changes: [
      {
        file: 'platform/security/keys/keyring.ts',
        from: 'for (const [id, count] of Object.entries(sealed)) add(id, count);',
        to: '',
      },
    ],
    test: unit('security/keyring', 'what was sealed is counted by key, and told again'),
  },
  {
    name: 'a budget of messages',
    why: 'a key would seal until two values share a nonce, and with it the key of its authentication is lost',
    changes: [
      {
        file: 'platform/keys/store.ts',
        from: 'if (before === undefined || before.messages >= budget)',
        to: 'if (before === undefined || budget < 0)',
      },
    ],
    test: contract('key-store', 'a key gets a successor well before it has sealed too much'),
  },
  {
    name: 'the file of key-encryption keys is its owner’s alone',
    why: 'who can read that file and a backup has every key',
    changes: [
      {
        file: 'platform/keys/keks.ts',
        from: 'if ((statSync(file).mode & 0o077) !== 0) {',
        to: 'if ((statSync(file).mode & 0o777) === 0) {',
      },
    ],
    test: unit('keys/keks', 'a file that others may read is not used'),
  },
  {
    name: 'deletions are carried out again',
    why: 'the key of a forgotten person would be back with an older backup of the database',
    changes: [
      {
        file: 'platform/keys/store.ts',
        from: 'for (const entry of missing) await rows.forget(entry);',
        to: '',
      },
    ],
    test: contract(
      'key-store',
      'a database from an older backup does not bring a forgotten subject',
    ),
  },
  {
    name: 'the deletion log is asked first',
    why: 'a database that was restored under a running key store would give the key out again',
    changes: [
      {
        file: 'platform/keys/store.ts',
        from: 'if (deletions.has(subject)) throw forgottenProblem();',
        to: '',
      },
    ],
    test: contract(
      'key-store',
      'a database from an older backup does not bring a forgotten subject',
    ),
  },
  {
    name: 'the deletion log is a chain',
    why: 'a line could be taken out, and who was forgotten would come back with the next backup',
    changes: [
      {
        file: 'platform/keys/deletion-log.ts',
        from: 'entry.sum !== sumOf(last, entry)',
        to: "entry.sum === ''",
      },
    ],
    test: unit('keys/deletion-log', 'makes the log unusable'),
  },
  {
    name: 'a person’s values name the person',
    why: 'a value of another person would pass for a key that is not known yet, and be tried for ever',
    changes: [
      {
        file: 'platform/security/keys/subjects.ts',
        from: "if (!isFault(error) || error.code !== 'KEYS_UNAVAILABLE') throw error;",
        to: 'if (isFault(error)) throw error;',
      },
    ],
    test: unit('security/subject-keys', 'what belongs to a person opens for that person and place'),
  },
];
