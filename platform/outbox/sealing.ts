import { Fault, isFault, wordsOf } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepKey } from '../kernel/step';
import type { StepRecord } from '../participant/fence-table';
import type { Place } from '../security/keys/envelope';
import type { Vault } from '../security/keys/vault';
import type { StepImage } from './commit-mark';
import type { StoredEvent } from './ports';

/** Version of the tables since which their content is sealed, in all three databases: see `versionedTables`. */
export const sealedSince = 4;

/** Whose values a store seals, and with what. */
export interface SealingOptions {
  /** Vault of the service's own purpose, `store.<service>`. */
  readonly vault: Vault;
  /** Name of the service: the first part of every place, so that a row of another service does not open here. */
  readonly service: string;
  /** Name of the store's world, its second part. */
  readonly instance?: string;
}

type Sealed<Row, Member extends keyof Row> = {
  readonly [Key in keyof Row]: Key extends Member ? unknown : Row[Key];
};

/** An event with its content sealed; where it belongs, when it was and what it is called stay clear. */
export type SealedEvent = Sealed<StoredEvent, 'data' | 'stepImage'>;

/** A step record with its content sealed; what the fence decides by stays clear. */
export type SealedStep = Sealed<StepRecord, 'result' | 'effect' | 'plan'>;

interface Version {
  readonly id: string;
  readonly seq: number;
}

/**
 * What lies between a store and its tables: content goes in sealed and comes out opened, and a value that was changed,
 * moved or never sealed is the fault `CIPHERTEXT_REFUSED`. The place of a value is its row and what is clear in it:
 * an aggregate's number, an event's hash, everything the fence decides by. None of these can be changed without the
 * value, and no older value fits a row that has moved on.
 */
export interface Sealing {
  sealState(version: Version, state: unknown): unknown;
  openState(version: Version, sealed: unknown): Json;
  sealEvent(event: StoredEvent): SealedEvent;
  openEvent(event: SealedEvent): StoredEvent;
  sealStep(key: StepKey, record: StepRecord): SealedStep;
  openStep(key: StepKey, record: SealedStep): StepRecord;
  /** First characters of every text that is sealed from now on, up to the end of the key's id. */
  prefix(): string;
}

/** How a database keeps a sealed text. */
export interface SealedForm {
  write(sealed: string): unknown;
  /** The text again; what has not this form stays as it is, and is refused for it. */
  read(stored: unknown): unknown;
}

const asText: SealedForm = { write: (sealed) => sealed, read: (stored) => stored };

/**
 * A sealed text `hf1.<key id>.<base64url>` as bytes: its two words as they are, and behind them what was base64. For
 * what is bounded or large: text would be a third larger.
 */
export const asBytes: SealedForm = {
  write(sealed) {
    const end = sealed.lastIndexOf('.') + 1;
    const words = Buffer.from(sealed.slice(0, end), 'latin1');
    return Buffer.concat([words, Buffer.from(sealed.slice(end), 'base64url')]);
  },
  read(stored) {
    if (!(stored instanceof Uint8Array)) return stored;
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    const end = bytes.indexOf('.', bytes.indexOf('.') + 1) + 1;
    return bytes.toString('latin1', 0, end) + bytes.toString('base64url', end);
  },
};

/** Seals for the tables of one service in one world. */
export function createSealing(
  { vault, service, instance = '' }: SealingOptions,
  form: SealedForm = asText,
): Sealing {
  const own = [service, instance];
  const seal = (value: unknown, place: Place) =>
    form.write(vault.seal(value as Json, [...own, ...place]));
  const open = (stored: unknown, place: Place): unknown =>
    openAt(vault, form.read(stored), [...own, ...place]);
  return {
    sealState: (version, state) => seal(state, statePlace(version)),
    openState: (version, sealed) => open(sealed, statePlace(version)) as Json,
    sealEvent(event) {
      const at = eventPlace(event);
      const { data, stepImage, ...clear } = event;
      const image = stepImage && { stepImage: seal(stepImage, [...at, 'stepImage']) };
      return { ...clear, data: seal(data, [...at, 'data']), ...image };
    },
    openEvent(event) {
      const at = eventPlace(event);
      const { data, stepImage, ...clear } = event;
      const opened = { ...clear, data: open(data, [...at, 'data']) as StoredEvent['data'] };
      if (stepImage === undefined) return opened;
      return { ...opened, stepImage: open(stepImage, [...at, 'stepImage']) as StepImage };
    },
    sealStep: (key, record) => mapContent(key, record, seal),
    openStep: (key, record) => mapContent(key, record, open) as unknown as StepRecord,
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}

const statePlace = ({ id, seq }: Version): Place => ['aggregates', id, String(seq), 'state'];

/** The hash is over everything an event says, so by it every clear member is part of the place. */
function eventPlace({ aggregateId, seq, contentHash }: SealedEvent): Place {
  return ['events', aggregateId, String(seq), contentHash];
}

function mapContent(
  key: StepKey,
  record: SealedStep,
  map: (value: unknown, place: Place) => unknown,
): SealedStep {
  const { result, effect, plan, ...clear } = record;
  const { state, epoch, run, inputHash, command, recordedAt, trimmed } = clear;
  const firstMs = recordedAt === undefined ? null : Date.parse(recordedAt);
  const fence = JSON.stringify([state, epoch, run, inputHash, command ?? null, firstMs, !!trimmed]);
  const at = ['step_records', key.sagaId, key.step, fence];
  return {
    ...clear,
    result: map(result, [...at, 'result']),
    effect: map(effect, [...at, 'effect']),
    ...(plan === undefined ? {} : { plan: map(plan, [...at, 'plan']) }),
  };
}

/** Opens a value, and names the place of one that is refused, or what it is called: a person has to look there. */
export function openAt(vault: Vault, sealed: unknown, place: Place, named = place): Json {
  try {
    return vault.open(sealed, place);
  } catch (error) {
    if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
    throw new Fault(error.code, `${wordsOf(error)}: ${named.join(' ')}`, { cause: error });
  }
}

/** What a person who changes keys asks of a store. */
export interface SealedRows {
  /**
   * Rows by the id of the key their content is sealed with; those under `''` are not sealed at all. Reads every row:
   * minutes for millions of them.
   */
  keyUse(): Promise<ReadonlyMap<string, number>>;
  /**
   * Seals the content of at most `limitMax` rows anew that are under another key than the current one, beside whoever
   * works with them. Answers how many it sealed: with 0 there is none left. Throws `CIPHERTEXT_REFUSED` for one that
   * does not open: for rows of read models, of reactions and of the ledger once all others are sealed anew, naming the
   * first of them.
   */
  reseal(limitMax: number): Promise<number>;
}
