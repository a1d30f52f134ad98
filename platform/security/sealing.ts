import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Makes a value unreadable for everybody without the key, and useless in any other context than its own. Whoever keeps
 * the keys stands behind it: today a secret of the configuration.
 */
export interface Sealing {
  seal(plain: Uint8Array, context: string): Promise<Uint8Array>;
  /** Throws {@link NotSealedByUs} for what was changed, sealed for another context, or sealed under no key of ours. */
  open(sealed: Uint8Array, context: string): Promise<Uint8Array>;
}

/** Thrown for everything that does not open; says nothing of why, because the one who sent it may hear it. */
export class NotSealedByUs extends Error {
  override readonly name = 'NotSealedByUs';
}

/** Layout of what is sealed: version, key id, nonce, tag, ciphertext; lengths in bytes. */
const layout = { version: 1, keyId: 4, nonce: 12, tag: 16 } as const;
const headBytes = 1 + layout.keyId + layout.nonce + layout.tag;

/** Shorter secrets are a mistake of the configuration: 32 characters are the 128 bits of a UUID. */
const secretCharactersMin = 32;

interface Key {
  readonly id: Buffer;
  readonly key: Buffer;
}

function keyOf(secret: string, purpose: string): Key {
  if (secret.length < secretCharactersMin) {
    throw new Error(`a secret to seal with has at least ${secretCharactersMin} characters`);
  }
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  const id = createHash('sha256').update(key).digest().subarray(0, layout.keyId);
  return { id, key };
}

function contextOf(purpose: string, context: string): Buffer {
  return Buffer.from(JSON.stringify([purpose, layout.version, context]));
}

/**
 * AES-256-GCM under keys derived from secrets, one for each purpose. `secrets` are separated by commas: the first one
 * seals, all of them open, so that a secret can be changed while what was sealed before is still on its way. Throws
 * where there is none, or one is too short.
 */
export function sealingWith(secrets: string, purpose: string): Sealing {
  const keys = secrets.split(',').map((secret) => keyOf(secret.trim(), purpose));
  const [first] = keys;
  if (first === undefined) throw new Error('there is no secret to seal with');
  return {
    async seal(plain, context) {
      const nonce = randomBytes(layout.nonce);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce);
      cipher.setAAD(contextOf(purpose, context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      const version = Buffer.of(layout.version);
      return Buffer.concat([version, first.id, nonce, cipher.getAuthTag(), body]);
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed);
      const rest = bytes.subarray(1);
      const [id, nonce] = [rest.subarray(0, layout.keyId), rest.subarray(layout.keyId)];
      const known = keys.find((key) => key.id.equals(id));
      if (bytes.length < headBytes || bytes[0] !== layout.version || known === undefined) {
        throw new NotSealedByUs('this was sealed under no key of ours');
      }
      try {
        const tag = nonce.subarray(layout.nonce, layout.nonce + layout.tag);
        const decipher = createDecipheriv(
          'aes-256-gcm',
          known.key,
          nonce.subarray(0, layout.nonce),
          { authTagLength: layout.tag },
        );
        decipher.setAAD(contextOf(purpose, context)).setAuthTag(tag);
        const body = bytes.subarray(headBytes);
        return Buffer.concat([decipher.update(body), decipher.final()]);
      } catch (error) {
        throw new NotSealedByUs('this was changed, or sealed for something else', { cause: error });
      }
    },
  };
}
