import type { Json } from '../../platform/kernel/json';
import { openAt } from '../../platform/outbox/sealing';
import type { Place } from '../../platform/security/keys/envelope';
import type { Vault } from '../../platform/security/keys/vault';
import { projectionOf } from '../generations/names';

/** Whose letters are sealed, and with what. */
export interface LetterSealingOptions {
  /** Vault of the purpose `letters`. */
  readonly vault: Vault;
  /** Database or schema the letters are in, and its world: a letter of another one does not open here. */
  readonly own: readonly [store: string, instance: string];
}

/** What is clear of a letter and never changes: the place of what is sealed. Numbers come from the driver as text. */
export interface LetterRowKey {
  /** Of the projection or of any of its generations: a record is the same letter in each. */
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly log_offset: string;
  readonly aggregate_id: string;
  readonly seq: string | number;
  readonly hash: string | null;
  readonly message_key: string;
}

/** What a letter says: the record as it was read. */
export interface LetterContent {
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The clear columns of an act. */
export interface ActRowKey {
  readonly id: string;
  readonly projection: string;
  readonly aggregate_id: string;
  readonly letter_id: string;
  readonly verb: string;
  readonly actor: string;
}

/** The columns of an act that are sealed. */
export type ActMember = 'reason' | 'payload_before' | 'payload_after' | 'report';

/**
 * What lies between letters and their tables: payloads, headers, edits and what acts said go in sealed and come out
 * opened. A value that was changed, moved or never sealed is the fault `CIPHERTEXT_REFUSED`; without a key it is
 * `KEYS_UNAVAILABLE`.
 */
export interface LetterSealing {
  seal(at: LetterRowKey, content: LetterContent): Sealed<LetterContent>;
  open(at: LetterRowKey, sealed: Sealed<LetterContent>): LetterContent;
  /** `edits` is how often the letter was edited, this edit counted. */
  sealEdit(at: LetterRowKey, edits: number, edited: string): string;
  /** Undefined for a letter that was never edited. */
  openEdit(at: LetterRowKey, edits: number, sealed: unknown): string | undefined;
  sealAct(at: ActRowKey, member: ActMember, value: Json): string;
  openAct(at: ActRowKey, member: ActMember, sealed: unknown): Json;
  /** First characters of every text that is sealed from now on, up to the end of the key's id. */
  prefix(): string;
}

type Sealed<Content> = { readonly [Member in keyof Content]: unknown };

/** Seals for the letters of one store. */
export function letterSealing({ vault, own }: LetterSealingOptions): LetterSealing {
  const placeOf = (at: LetterRowKey, ...member: string[]): Place => [
    ...own,
    'dead_letters',
    ...[projectionOf(at.projection), at.topic, String(at.partition), at.log_offset],
    ...[at.aggregate_id, String(at.seq), at.hash ?? '', at.message_key, ...member],
  ];
  const placeOfAct = (at: ActRowKey, member: ActMember): Place => [
    ...own,
    'dead_letter_acts',
    ...[at.id, at.projection, at.aggregate_id, at.letter_id, at.verb, at.actor, member],
  ];
  return {
    seal: (at, { payload, headers }) => ({
      payload: vault.seal(payload, placeOf(at, 'payload')),
      headers: vault.seal(headers, placeOf(at, 'headers')),
    }),
    open: (at, { payload, headers }) => ({
      payload: openAt(vault, payload, placeOf(at, 'payload')) as string,
      headers: openAt(vault, headers, placeOf(at, 'headers')) as LetterContent['headers'],
    }),
    sealEdit: (at, edits, edited) => vault.seal(edited, placeOf(at, 'edited', String(edits))),
    openEdit(at, edits, sealed) {
      if (edits === 0 && sealed === null) return undefined;
      return openAt(vault, sealed, placeOf(at, 'edited', String(edits))) as string;
    },
    sealAct: (at, member, value) => vault.seal(value, placeOfAct(at, member)),
    openAct: (at, member, sealed) => openAt(vault, sealed, placeOfAct(at, member)),
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}
