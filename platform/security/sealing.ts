import { Fault } from '../kernel/faults';
import {
  derivedKey,
  envelopeFormat,
  EnvelopeRefused,
  keyIdOf,
  openBytes,
  sealBytes,
} from './keys/envelope';
import type { DataKey } from './keys/envelope';

/**
 * Makes a value unreadable for everybody without the key, and useless in any other context than its own. Both ways
 * throw the fault `KEYS_UNAVAILABLE` while the key store does not say which keys there are.
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

/** Keys of one purpose, where one that is not known here is asked for: it may be newer than the last look. */
export interface SealingKeys {
  current(): DataKey | undefined;
  /** Undefined for a key that nobody has; throws the fault `KEYS_UNAVAILABLE` while that cannot be known. */
  find(id: string): Promise<DataKey | undefined>;
}

/** Id of a key and its marks, in front of the bytes that are sealed. */
const head = new RegExp(`^${envelopeFormat.version}\\.[A-Za-z0-9_-]{1,64}\\.`);
const headBytesMax = envelopeFormat.version.length + 66;

/**
 * The envelope of everything that is stored, in bytes, under a key that is derived for one purpose and context: what
 * travels is as small as it can be, and no key seals more than a few values.
 */
export function sealingWith(keys: SealingKeys, purpose: string): Sealing {
  const place = (context: string) => [purpose, context];
  return {
    async seal(plain, context) {
      const key = keys.current();
      if (key === undefined) throw new Fault('KEYS_UNAVAILABLE', 'no key to seal with is known');
      const text = sealBytes(plain, derivedKey(key, purpose, context), place(context));
      const body = text.lastIndexOf('.') + 1;
      return Buffer.concat([
        Buffer.from(text.slice(0, body)),
        Buffer.from(text.slice(body), 'base64url'),
      ]);
    },
    async open(sealed, context) {
      const text = textOf(Buffer.from(sealed));
      const id = keyIdOf(text);
      const key = id === undefined ? undefined : await keys.find(id);
      if (key === undefined) throw new NotSealedByUs('this was sealed under no key of ours');
      try {
        return openBytes(text, () => derivedKey(key, purpose, context), place(context));
      } catch (error) {
        if (!(error instanceof EnvelopeRefused)) throw error;
        throw new NotSealedByUs('this was changed, or sealed for something else', { cause: error });
      }
    },
  };
}

/** The envelope as text; empty for bytes that are none. */
function textOf(bytes: Buffer): string {
  const [start] = head.exec(bytes.subarray(0, headBytesMax).toString('latin1')) ?? [];
  return start === undefined ? '' : start + bytes.subarray(start.length).toString('base64url');
}
