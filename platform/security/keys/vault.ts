import { Fault } from '../../kernel/faults';
import type { Json } from '../../kernel/json';
import { EnvelopeRefused, openBytes, sealBytes } from './envelope';
import type { DataKey, EnvelopeRefusal, Place } from './envelope';

/** What a purpose's keys are at the moment. */
export interface KeySet {
  /** Seals what is written from now on; undefined while no key is known. */
  current(): DataKey | undefined;
  /** Any key of the purpose, old ones included; undefined for one that is not known here. */
  byId(id: string): DataKey | undefined;
  /**
   * True once the key store, asked after this id was met here first, has said that it gives out no such key. Left out
   * where keys do not change.
   */
  isAbsent?(id: string): boolean;
}

/**
 * Seals JSON values for the place they are kept in, and opens them there and nowhere else. What stores, log and cache
 * are given: they see no key. Synchronous: the few keys of a purpose are in memory before the first value is asked for.
 */
export interface Vault {
  /** A text `hf1.…` (see `envelope.ts`). Throws the fault `KEYS_UNAVAILABLE` while no key is known. */
  seal(value: Json, place: Place): string;
  /**
   * The value again. Throws the fault `CIPHERTEXT_REFUSED` for plaintext, another place or changed bytes, and
   * `KEYS_UNAVAILABLE` for a key that is not known here: it may be newer than our last look into the key store. Once
   * the key store has said that there is none, that is `CIPHERTEXT_REFUSED` too: whoever made the id up, or brought
   * back what a retired key had sealed, would keep us waiting for ever.
   */
  open(sealed: unknown, place: Place): Json;
}

export interface VaultOptions {
  readonly keys: KeySet;
  /** Told of every refusal: a metric, and for `KEY` a reason to ask the key store again. */
  readonly refused?: (reason: EnvelopeRefusal) => void;
  /** Told of every sealed value by key id: a key has a budget of messages. */
  readonly sealed?: (keyId: string) => void;
}

/** A vault over the keys of one purpose. */
export function createVault({ keys, refused, sealed }: VaultOptions): Vault {
  const keyOf = (id: string): DataKey | undefined => {
    const key = keys.byId(id);
    if (key === undefined && keys.isAbsent?.(id)) throw new EnvelopeRefused('KEY_ABSENT');
    return key;
  };
  return {
    seal(value, place) {
      const key = keys.current();
      if (key === undefined) throw unavailable('no key to seal with is known');
      sealed?.(key.id);
      return sealBytes(Buffer.from(JSON.stringify(value)), key, place);
    },
    open(text, place) {
      try {
        return JSON.parse(openBytes(text, keyOf, place).toString()) as Json;
      } catch (error) {
        if (!(error instanceof EnvelopeRefused)) throw error;
        refused?.(error.reason);
        if (error.reason === 'KEY') throw unavailable('the key of a stored value is not known');
        throw new Fault('CIPHERTEXT_REFUSED', `a stored value was refused (${error.reason})`);
      }
    },
  };
}

function unavailable(what: string): Fault {
  return new Fault('KEYS_UNAVAILABLE', `${what}; look at the key store`);
}

/** Keys that do not change: tools over a copy of the keys, and tests. The last one seals. */
export function fixedKeys(keys: readonly DataKey[]): KeySet {
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { current: () => keys.at(-1), byId: (id) => byId.get(id) };
}

/**
 * What the keys of a process are for. A process gets those of its own purposes from the key store and no others:
 * `store.<service>` its database, `events.<service>` its events in the log and in archives, `read-models`, `letters`
 * and `reactions` what is built from the log, `webhooks` URLs, secrets and messages of webhooks, `audit` the auditor's
 * ledger, `cache` Redis, `temporal` payloads of workflows, `grants` what a gateway says of a person.
 */
export type KeyPurpose =
  | `store.${string}`
  | `events.${string}`
  | 'read-models'
  | 'letters'
  | 'reactions'
  | 'webhooks'
  | 'audit'
  | 'cache'
  | 'temporal'
  | 'grants';

/** The keys of a process, read from the key store and kept fresh. */
export interface Keyring {
  /** Vault of a purpose; may be asked for before {@link ready}, and throws `KEYS_UNAVAILABLE` when used before. */
  vault(purpose: KeyPurpose): Vault;
  /** Raw keys of a purpose, for what derives further keys from them. */
  keys(purpose: KeyPurpose): KeySet;
  /**
   * Any key of a purpose; one that is not known here is asked for, at most once a second. Undefined once the key store
   * has said that there is none; throws the fault `KEYS_UNAVAILABLE` until then.
   */
  find(purpose: KeyPurpose, id: string): Promise<DataKey | undefined>;
  /** Counts what was refused by who uses the raw keys, and looks into the key store where a key was not known. */
  refused(purpose: KeyPurpose, reason: EnvelopeRefusal): void;
  /** Resolves once the keys of every purpose asked for so far are known; rejects when the key store does not answer. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
