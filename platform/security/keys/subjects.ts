import { createHmac, hkdfSync } from 'node:crypto';
import type { Registry } from 'prom-client';
import { Fault, isFault } from '../../kernel/faults';
import { canonicalJson } from '../../kernel/json';
import type { Json } from '../../kernel/json';
import type { Log } from '../../runtime/log';
import { callKeys, keyOf, keyShape, keyStoreClient } from './client';
import type { KeyStoreConfig } from './client';
import { envelopeFormat } from './envelope';
import type { DataKey, EnvelopeRefusal, Place } from './envelope';
import { failureCounter } from './keyring';
import { createVault, fixedKeys } from './vault';

/** How long and how many keys of subjects stay in memory: so late a forgotten one is forgotten here too. */
export const subjectKeyLimits = { keptMs: 120_000, subjectsMax: 1_000 } as const;

/** The key store as far as subjects go. Throws the faults `KEYS_UNAVAILABLE` and `SUBJECT_FORGOTTEN`. */
export interface SubjectKeySource {
  /** The subject's key, made where there is none. */
  create(subject: string): Promise<DataKey>;
  read(subject: string): Promise<DataKey>;
  close(): Promise<void>;
}

/**
 * Seals and opens what belongs to a person or another subject, each with a key of its own. Throws the faults
 * `SUBJECT_FORGOTTEN`, for good, and `KEYS_UNAVAILABLE`; `open` also `CIPHERTEXT_REFUSED` for a value of another
 * subject or place.
 */
export interface SubjectKeys {
  /** A text `hf1.…`; the subject's first gives it a key. */
  seal(subject: string, value: Json, place: Place): Promise<string>;
  /**
   * 64 hexadecimal digits, the same for equal values of one subject and place: what tells a repeat from another value
   * where the value itself is sealed with chance. Nobody without the subject's key can try values against it. The
   * subject's first gives it a key.
   */
  hash(subject: string, value: Json, place: Place): Promise<string>;
  open(subject: string, sealed: unknown, place: Place): Promise<Json>;
  close(): Promise<void>;
}

export interface SubjectKeysOptions {
  readonly log: Log;
  readonly registry?: Registry;
  /** Milliseconds; `subjectKeyLimits.keptMs` unless told. */
  readonly keptMs?: number;
}

/** Keys of subjects over the API of the key store, as this process. Nothing connects before the first value. */
export function subjectKeys(config: KeyStoreConfig, options: SubjectKeysOptions): SubjectKeys {
  const client = keyStoreClient(config, options);
  const { registry, keptMs } = options;
  const failures = registry && failureCounter(registry);
  const ask = async (method: 'GET' | 'POST', subject: string): Promise<DataKey> => {
    const path = `/subjects/${encodeURIComponent(subject)}/keys`;
    const { body } = await callKeys(client, { method, path }, ['SUBJECT_FORGOTTEN']);
    return keyOf(keyShape.parse(JSON.parse(body)));
  };
  const purpose = 'subjects';
  // From zero on, as with every other purpose: the first refusal must be a rise.
  for (const reason of ['format', 'key', 'authentication']) failures?.inc({ purpose, reason }, 0);
  const source: SubjectKeySource = {
    create: (subject) => ask('POST', subject),
    read: (subject) => ask('GET', subject),
    close: () => client.close(),
  };
  return createSubjectKeys(source, {
    ...(keptMs === undefined ? {} : { keptMs }),
    refused: (reason) => failures?.inc({ purpose, reason: reason.toLowerCase() }),
  });
}

interface Kept {
  readonly key: Promise<DataKey>;
  readonly untilMs: number;
}

export interface KeptKeysOptions {
  /** Milliseconds that never go back. */
  readonly now?: () => number;
  readonly keptMs?: number;
  /** Told of every value that was not opened. */
  readonly refused?: (reason: EnvelopeRefusal) => void;
}

/** The same over any source and clock. */
export function createSubjectKeys(
  source: SubjectKeySource,
  options: KeptKeysOptions = {},
): SubjectKeys {
  const { now = () => performance.now(), keptMs = subjectKeyLimits.keptMs, refused } = options;
  /** Least recently used first. */
  const kept = new Map<string, Kept>();

  function keep(subject: string, key: Promise<DataKey>): Kept {
    const one = { key, untilMs: now() + keptMs };
    kept.set(subject, one);
    const [oldest] = kept.keys();
    if (kept.size > subjectKeyLimits.subjectsMax && oldest !== undefined) kept.delete(oldest);
    // Only what is true for good is remembered: a key store that is away may be back.
    key.catch((error: unknown) => {
      const isForGood = isFault(error) && error.code === 'SUBJECT_FORGOTTEN';
      if (!isForGood && kept.get(subject) === one) kept.delete(subject);
    });
    return one;
  }

  function keyFor(subject: string, how: 'create' | 'read'): Promise<DataKey> {
    const known = kept.get(subject);
    kept.delete(subject);
    if (known === undefined || now() > known.untilMs)
      return keep(subject, source[how](subject)).key;
    kept.set(subject, known);
    return known.key;
  }

  const vaultOf = (key: DataKey) =>
    createVault({ keys: fixedKeys([key]), ...(refused === undefined ? {} : { refused }) });
  const placeOf = (subject: string, place: Place): Place => ['subject', subject, ...place];
  return {
    async seal(subject, value, place) {
      return vaultOf(await keyFor(subject, 'create')).seal(value, placeOf(subject, place));
    },
    async hash(subject, value, place) {
      return keyedHash(await keyFor(subject, 'create'), value, placeOf(subject, place));
    },
    async open(subject, sealed, place) {
      const vault = vaultOf(await keyFor(subject, 'read'));
      try {
        return vault.open(sealed, placeOf(subject, place));
      } catch (error) {
        // A subject has one key and never another: a value under any other is nobody's of this subject.
        if (!isFault(error) || error.code !== 'KEYS_UNAVAILABLE') throw error;
        throw new Fault('CIPHERTEXT_REFUSED', 'a value of another subject was refused');
      }
    },
    close: () => source.close(),
  };
}

/** Its key is derived: the subject's own seals, and does nothing else. */
function keyedHash(key: DataKey, value: Json, place: Place): string {
  const derived = hkdfSync(
    'sha256',
    key.secret,
    '',
    'holdfast keyed hash',
    envelopeFormat.keyBytes,
  );
  const text = canonicalJson([place, value]);
  return createHmac('sha256', Buffer.from(derived)).update(text).digest('hex');
}
