import { canonicalJson } from '../../platform/kernel/json';
import { isFault } from '../../platform/kernel/faults';
import { asBytes } from '../../platform/outbox/sealing';
import type { Place } from '../../platform/security/keys/envelope';
import type { Vault } from '../../platform/security/keys/vault';

/** Whose snapshots are sealed, and with what. */
export interface SnapshotSealingOptions {
  /** Vault of the purpose `read-models`. */
  readonly vault: Vault;
  /** Database the snapshots are in, and its world. */
  readonly own: readonly [store: string, instance: string];
}

/** What a snapshot is of: the place of what is sealed. */
export interface SnapshotOf {
  readonly projection: string;
  readonly fold: string;
  /** Next offset by `<topic>/<partition>`, as text. */
  readonly places: Readonly<Record<string, string>>;
}

/** A number of a chunk, or the checksum over all of them. */
type Part = number | 'checksum';

/** What lies between snapshots and their tables. */
export interface SnapshotSealing {
  sealChunk(of: SnapshotOf, number: number, chunk: Buffer): Buffer;
  sealSum(of: SnapshotOf, sum: string): string;
  /** Undefined where any of it was changed, moved or never sealed: a snapshot is passed over then. */
  open(
    of: SnapshotOf,
    kept: Kept,
  ): { readonly chunks: readonly Buffer[]; readonly sum: string } | undefined;
  /** First characters of every checksum that is sealed from now on. */
  prefix(): string;
}

interface Kept {
  readonly chunks: readonly Buffer[];
  readonly checksum: string;
}

/** Seals for the snapshots of one store: chunks as bytes, a third of them would be lost as text. */
export function snapshotSealing({ vault, own }: SnapshotSealingOptions): SnapshotSealing {
  const placeOf = ({ projection, fold, places }: SnapshotOf, part: Part): Place => [
    ...[...own, 'snapshots', projection, fold, canonicalJson(places), String(part)],
  ];
  return {
    sealChunk: (of, number, chunk) =>
      asBytes.write(vault.seal(chunk.toString('base64'), placeOf(of, number))) as Buffer,
    sealSum: (of, sum) => vault.seal(sum, placeOf(of, 'checksum')),
    open(of, { chunks, checksum }) {
      try {
        return {
          sum: vault.open(checksum, placeOf(of, 'checksum')) as string,
          chunks: chunks.map((chunk, number) => {
            const text = vault.open(asBytes.read(chunk), placeOf(of, number));
            return Buffer.from(text as string, 'base64');
          }),
        };
      } catch (error) {
        if (isFault(error) && error.code === 'CIPHERTEXT_REFUSED') return undefined;
        throw error;
      }
    },
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}
