import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** AES-256-GCM as every stored value of ours is sealed with it; sizes in bytes. */
export const envelopeFormat = {
  version: 'hf1',
  keyBytes: 32,
  /** Random. Two values under one key share a nonce with a probability below 2^-32 up to `messagesMax`. */
  nonceBytes: 12,
  tagBytes: 16,
  /** Most values sealed with one key: the bound of NIST SP 800-38D, 8.3, for random nonces. */
  messagesMax: 2 ** 32,
} as const;

/** A key that seals values, by an id that says nothing of it: 1-64 of letters, digits, dash and underscore. */
export interface DataKey {
  readonly id: string;
  readonly secret: KeyObject;
}

/**
 * Where a value is kept: service, table, key, version, and whatever else tells one place from another. Part of what is
 * authenticated, never stored: a value moved to another place does not open.
 */
export type Place = readonly string[];

/** Why a stored value was refused. Says nothing of its content. */
export type EnvelopeRefusal =
  /** It is no envelope: plaintext, or damaged before its key id. */
  | 'FORMAT'
  /** Nobody here has a key of that id. */
  | 'KEY'
  /** The key store has said that there is no key of that id. */
  | 'KEY_ABSENT'
  /** Key, place or content are not those it was sealed with. */
  | 'AUTHENTICATION';

/** Thrown for every value that is not opened. */
export class EnvelopeRefused extends Error {
  override readonly name = 'EnvelopeRefused';

  constructor(readonly reason: EnvelopeRefusal) {
    super(`a sealed value was refused (${reason})`);
  }
}

/** Makes a key of 32 bytes; throws a RangeError for any other length. */
export function dataKey(id: string, secret: Uint8Array): DataKey {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new RangeError(`"${id}" is no id of a key`);
  if (secret.length !== envelopeFormat.keyBytes) {
    throw new RangeError(`a key has ${envelopeFormat.keyBytes} bytes`);
  }
  return { id, secret: createSecretKey(secret) };
}

/** Keys that were made of a key, by use and context; gone with it. One is asked for several times in a row. */
const derivedKeys = new WeakMap<DataKey, Map<string, DataKey>>();
const derivedKeysMax = 1_000;

/**
 * A key of its own for one use and one context of it, under the id of the key it is made of: HKDF-SHA256. The context
 * is hashed first: it may be longer than what HKDF takes.
 */
export function derivedKey(key: DataKey, use: string, context: string): DataKey {
  const known = derivedKeys.get(key) ?? new Map<string, DataKey>();
  derivedKeys.set(key, known);
  const name = `${use}/${context}`;
  const derived = known.get(name) ?? derive(key, use, context);
  // Last used, last to go.
  known.delete(name);
  known.set(name, derived);
  const [oldest] = known.keys();
  if (known.size > derivedKeysMax && oldest !== undefined) known.delete(oldest);
  return derived;
}

function derive(key: DataKey, use: string, context: string): DataKey {
  const info = `${use}/${createHash('sha256').update(context).digest('hex')}`;
  const secret = hkdfSync('sha256', key.secret, '', info, envelopeFormat.keyBytes);
  return dataKey(key.id, new Uint8Array(secret));
}

const { version, nonceBytes, tagBytes } = envelopeFormat;
const pattern = new RegExp(`^${version}\\.([A-Za-z0-9_-]{1,64})\\.([A-Za-z0-9_-]+)$`);

/** Random bytes that no value has had yet: asked for many at a time, since each call costs more than its bytes. */
let nonces = Buffer.alloc(0);
const noncesAtOnce = 256;

function freshNonce(): Buffer {
  if (nonces.length === 0) nonces = randomBytes(nonceBytes * noncesAtOnce);
  const nonce = nonces.subarray(0, nonceBytes);
  nonces = nonces.subarray(nonceBytes);
  return nonce;
}

/** Seals bytes for a place: `hf1.<key id>.<base64url of nonce, ciphertext and tag>`. */
export function sealBytes(plain: Uint8Array, key: DataKey, place: Place): string {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce);
  cipher.setAAD(authenticated(key.id, place));
  const body = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${key.id}.${body.toString('base64url')}`;
}

/** Id of the key a value is sealed with; undefined for a value that is no envelope. */
export function keyIdOf(sealed: unknown): string | undefined {
  return typeof sealed === 'string' ? pattern.exec(sealed)?.[1] : undefined;
}

/**
 * Opens what {@link sealBytes} made, for the same place. Nothing of a value is given out before all of it was
 * authenticated. Throws {@link EnvelopeRefused}.
 */
export function openBytes(
  sealed: unknown,
  keyOf: (id: string) => DataKey | undefined,
  place: Place,
): Buffer {
  const [, id, text] = (typeof sealed === 'string' ? pattern.exec(sealed) : null) ?? [];
  if (id === undefined || text === undefined) throw new EnvelopeRefused('FORMAT');
  const body = Buffer.from(text, 'base64url');
  const isWhole = body.length >= nonceBytes + tagBytes && body.toString('base64url') === text;
  if (!isWhole) throw new EnvelopeRefused('FORMAT');
  const key = keyOf(id);
  if (key === undefined) throw new EnvelopeRefused('KEY');
  return decrypted(body, key, place);
}

function decrypted(body: Buffer, key: DataKey, place: Place): Buffer {
  const options = { authTagLength: tagBytes };
  const nonce = body.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, options);
  decipher.setAAD(authenticated(key.id, place));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new EnvelopeRefused('AUTHENTICATION');
  }
}

/** A JSON array has one reading only: no two places give the same bytes. */
function authenticated(keyId: string, place: Place): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, ...place]));
}
