import { randomBytes } from 'node:crypto';
import { Problem } from '../http/problem';
import type { Log } from '../runtime/log';
import { envelopeFormat, keyIdOf } from '../security/keys/envelope';
import type { Place } from '../security/keys/envelope';
import { hashOfSubject } from './deletion-log';
import type { DeletionLog } from './deletion-log';
import type { Keks } from './keks';
import { newKeyId } from './key-id';
import type { KeyRow, KeyRows, SubjectRow } from './rows';

/** Limits of the key store. */
export const keyStoreLimits = {
  /** A key that has sealed this many gets a successor: half of what is allowed, since reports are a minute late. */
  messagesBeforeNext: envelopeFormat.messagesMax / 2,
  /** Most messages one report may name for one key. */
  reportedMax: envelopeFormat.messagesMax / 4,
  rewrapBatchMax: 500,
} as const;

/** A key as it is given out; the secret is 32 bytes in base64url. */
export interface OpenKey {
  readonly id: string;
  readonly secret: string;
}

/** Who asks, for the log. */
export interface Asking {
  readonly peer: string;
  readonly requestId: string;
}

/** What the key store does; who may ask for it is decided before. Throws problems. */
export interface KeyStore {
  give(
    purpose: string,
    sealed: Readonly<Record<string, number>>,
    asking: Asking,
  ): Promise<{ readonly current: string; readonly keys: readonly OpenKey[] }>;
  /** A new current key of the purpose; older ones go on opening. Answers its id. */
  rotate(purpose: string, asking: Asking): Promise<string>;
  /** Gives a key out no more: what is sealed with it cannot be read again. */
  retire(purpose: string, id: string, asking: Asking): Promise<void>;
  /** Goes on to the next key-encryption key and wraps every key with it; data stay as they are. */
  rotateKek(asking: Asking): Promise<{ readonly kek: string; readonly rewrapped: number }>;
  subjectKey(subject: string, how: 'create' | 'get', asking: Asking): Promise<OpenKey>;
  /** Destroys a subject's key for good; safe to repeat. */
  forget(subject: string, reason: string, asking: Asking): Promise<void>;
  status(): Promise<KeyStatus>;
}

export interface KeyStatus {
  readonly kek: string;
  readonly keks: readonly string[];
  readonly subjects: number;
  readonly forgotten: number;
  readonly keys: readonly (Pick<KeyRow, 'id' | 'purpose' | 'state' | 'messages'> & {
    readonly createdAt: string;
    readonly kek: string | undefined;
    readonly isCurrent: boolean;
  })[];
}

export interface KeyStoreParts {
  readonly rows: KeyRows;
  readonly keks: Keks;
  readonly deletions: DeletionLog;
  readonly log: Log;
  /** For tests: how many messages a key may seal before it gets a successor. */
  readonly messagesBeforeNext?: number;
}

const placeOf = (purpose: string, id: string): Place => ['keys', 'data', purpose, id];
const placeOfSubject = ({ subject, id }: Pick<SubjectRow, 'subject' | 'id'>): Place => [
  ...['keys', 'subject', subject, id],
];

export function forgottenProblem(): Problem {
  return new Problem(410, 'SUBJECT_FORGOTTEN', 'The subject was forgotten, for good');
}

/**
 * Makes database and deletion log agree: what one of them has forgotten, the other forgets too. Run before the first
 * answer: a database from a backup may still have the keys of those who were forgotten since.
 */
export async function replayDeletions(parts: Pick<KeyStoreParts, 'rows' | 'deletions' | 'log'>) {
  const { rows, deletions, log } = parts;
  const stored = await rows.deletions();
  for (const entry of stored) deletions.append(entry);
  const known = new Set(stored.map(({ subject }) => subject));
  const missing = deletions.entries().filter(({ subject }) => !known.has(subject));
  for (const entry of missing) await rows.forget(entry);
  if (missing.length > 0) log.warn('deletions were carried out again', { count: missing.length });
}

export function createKeyStore(parts: KeyStoreParts): KeyStore {
  const { rows, deletions, keks, log } = parts;
  return { ...dataKeysOf(parts), ...subjectKeysOf(parts), rotateKek, status };

  async function rotateKek(asking: Asking) {
    keks.advance();
    const [data, subjects] = [await rewrapData(parts), await rewrapSubjects(parts)];
    const rewrapped = data + subjects;
    log.info('keys were wrapped anew', { ...asking, keyId: keks.currentId(), count: rewrapped });
    return { kek: keks.currentId(), rewrapped };
  }

  async function status(): Promise<KeyStatus> {
    const [keys, subjects] = await Promise.all([rows.keys(), rows.subjectCount()]);
    const current = new Set(newestOf(keys).values());
    return {
      ...{ kek: keks.currentId(), keks: keks.ids(), subjects },
      forgotten: deletions.entries().length,
      keys: keys.map(({ wrapped, createdAt, ...key }) => ({
        ...key,
        ...{ createdAt: createdAt.toISOString(), kek: keyIdOf(wrapped) },
        isCurrent: current.has(key.id),
      })),
    };
  }
}

function newestOf(keys: readonly KeyRow[]): ReadonlyMap<string, string> {
  return new Map(keys.map(({ purpose, id }) => [purpose, id]));
}

function dataKeysOf(parts: KeyStoreParts): Pick<KeyStore, 'give' | 'rotate' | 'retire'> {
  const { rows, keks, log } = parts;
  const budget = parts.messagesBeforeNext ?? keyStoreLimits.messagesBeforeNext;

  async function make(purpose: string, over: string | undefined): Promise<string> {
    const id = newKeyId();
    const wrapped = keks.wrap(randomBytes(envelopeFormat.keyBytes), placeOf(purpose, id));
    await rows.add({ id, purpose, wrapped }, over);
    return id;
  }

  return {
    async give(purpose, sealed, asking) {
      await rows.count(purpose, sealed);
      const before = (await rows.keys(purpose)).at(-1);
      if (before === undefined || before.messages >= budget) await make(purpose, before?.id);
      const given = (await rows.keys(purpose)).filter(({ state }) => state === 'active');
      const keys = given.map(({ id, wrapped }) => ({
        id,
        secret: keks.unwrap(wrapped, placeOf(purpose, id)).toString('base64url'),
      }));
      log.info('keys were given out', { ...asking, purpose, count: keys.length });
      return { current: keys.at(-1)?.id ?? '', keys };
    },
    async rotate(purpose, asking) {
      const before = (await rows.keys(purpose)).at(-1);
      const id = await make(purpose, before?.id);
      log.info('a purpose has a new key', { ...asking, purpose, keyId: id });
      return id;
    },
    async retire(purpose, id, asking) {
      const keys = await rows.keys(purpose);
      if (!keys.some((key) => key.id === id)) {
        throw new Problem(404, 'KEY_UNKNOWN', 'The purpose has no such key');
      }
      if (keys.at(-1)?.id === id) {
        throw new Problem(409, 'KEY_CURRENT', 'The key still seals: rotate its purpose first');
      }
      await rows.retire(id);
      log.warn('a key was retired', { ...asking, purpose, keyId: id });
    },
  };
}

function subjectKeysOf(parts: KeyStoreParts): Pick<KeyStore, 'subjectKey' | 'forget'> {
  const { rows, keks, deletions, log } = parts;

  async function found(subject: string): Promise<SubjectRow | undefined> {
    if (deletions.has(subject)) throw forgottenProblem();
    return rows.subject(subject);
  }

  async function made(subject: string): Promise<SubjectRow | undefined> {
    const id = newKeyId();
    const secret = randomBytes(envelopeFormat.keyBytes);
    await rows.addSubject({
      subject,
      id,
      wrapped: keks.wrap(secret, placeOfSubject({ subject, id })),
    });
    return found(subject);
  }

  return {
    async subjectKey(name, how, asking) {
      const subject = hashOfSubject(name);
      const row = (await found(subject)) ?? (how === 'create' ? await made(subject) : undefined);
      if (row === undefined) throw new Problem(404, 'SUBJECT_UNKNOWN', 'The subject has no key');
      const secret = keks.unwrap(row.wrapped, placeOfSubject(row)).toString('base64url');
      log.info('the key of a subject was given out', { ...asking, keyId: row.id });
      return { id: row.id, secret };
    },
    async forget(name, reason, asking) {
      const entry = {
        subject: hashOfSubject(name),
        reason,
        by: asking.peer,
        at: new Date().toISOString(),
      };
      // First the log: a process that dies in between finds it there and goes on.
      deletions.append(entry);
      await rows.forget(entry);
      log.warn('a subject was forgotten', { ...asking, reason });
    },
  };
}

async function rewrapData({ rows, keks }: KeyStoreParts): Promise<number> {
  const due = (await rows.keys()).filter(({ wrapped }) => keyIdOf(wrapped) !== keks.currentId());
  await rows.rewrap(
    'data_keys',
    due.map(({ id, purpose, wrapped }) => rewrapped(keks, { id, wrapped }, placeOf(purpose, id))),
  );
  return due.length;
}

async function rewrapSubjects({ rows, keks }: KeyStoreParts): Promise<number> {
  let [after, count] = ['', 0];
  for (;;) {
    const batch = await rows.subjects(after, keyStoreLimits.rewrapBatchMax);
    const last = batch.at(-1);
    if (last === undefined) return count;
    const due = batch.filter(({ wrapped }) => keyIdOf(wrapped) !== keks.currentId());
    const next = due.map((row) => rewrapped(keks, row, placeOfSubject(row)));
    await rows.rewrap('subject_keys', next);
    [after, count] = [last.subject, count + due.length];
  }
}

function rewrapped(keks: Keks, { id, wrapped }: Pick<KeyRow, 'id' | 'wrapped'>, place: Place) {
  return { id, from: wrapped, to: keks.wrap(keks.unwrap(wrapped, place), place) };
}
