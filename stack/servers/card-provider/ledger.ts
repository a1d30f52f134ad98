/** Operations of the provider that move money, or set it aside. */
export type Operation = 'authorize' | 'capture' | 'release' | 'refund';

/** One request under an idempotency key, as it is journaled: replaying the journal gives the same books again. */
export type Entry = {
  readonly merchant: string;
  readonly key: string;
} & (
  | {
      readonly do: Operation;
      readonly reference: string;
      readonly amountCents: number;
      readonly currency: string;
      readonly card?: string | undefined;
      readonly authorization?: string | undefined;
      /** Id a new authorization gets. */
      readonly id: string;
      /** The card's issuer says no. */
      readonly declined?: boolean | undefined;
    }
  /** Shuts the key; with `reverse` what happened under it is reversed. */
  | { readonly do: 'close'; readonly ifHappened: 'keep' | 'reverse' }
);

/** What a key answers, now and at every repetition. */
export type Outcome =
  | { readonly status: 'succeeded'; readonly id: string }
  | { readonly status: 'declined'; readonly code: string; readonly detail: string }
  /** Answers to `close` and to requests that come after it. */
  | { readonly status: 'closed' | 'reversed' }
  /** The key belongs to another request. */
  | { readonly status: 'reused' }
  | { readonly status: 'irreversible'; readonly id: string };

/** An authorization and what became of it. */
export interface Charge {
  readonly id: string;
  readonly reference: string;
  readonly amountCents: number;
  readonly currency: string;
  status: 'authorized' | 'captured' | 'released' | 'refunded';
  /** Every operation that took effect on it, in order, with its key. */
  readonly effects: { readonly operation: Operation; readonly key: string }[];
}

interface KeyRecord {
  outcome: Outcome;
  /** The request the key belongs to; none where it was shut before one came. */
  readonly operation: Operation | undefined;
  readonly request: string | undefined;
}

interface Books {
  readonly keys: Map<string, KeyRecord>;
  readonly charges: Map<string, Charge>;
}

/** Cards for tests, as real providers have them: one that begins like this is always declined. */
export const cards = { declined: 'declined-' } as const;

const moves = {
  capture: { from: 'authorized', to: 'captured' },
  release: { from: 'authorized', to: 'released' },
  refund: { from: 'captured', to: 'refunded' },
} as const;

/** The books of every merchant: deterministic, in memory, one entry at a time. */
export class Ledger {
  private readonly merchants = new Map<string, Books>();

  /** What the key already answers to a request like this one; undefined when the request would change something. */
  known(entry: Entry): Outcome | undefined {
    const record = this.books(entry.merchant).keys.get(entry.key);
    if (record === undefined) return undefined;
    const { outcome } = record;
    if (entry.do !== 'close') {
      const isReused = record.request !== undefined && record.request !== requestOf(entry);
      return isReused ? { status: 'reused' } : repeated(outcome);
    }
    if (outcome.status === 'succeeded' && entry.ifHappened === 'reverse') return undefined;
    return outcome;
  }

  /** Applies an entry whose key is not {@link known}, and remembers the answer. */
  apply(entry: Entry): Outcome {
    const books = this.books(entry.merchant);
    const record = books.keys.get(entry.key);
    if (entry.do === 'close') {
      const outcome = record === undefined ? closed : reverse(books, entry.key, record);
      books.keys.set(entry.key, { operation: undefined, request: undefined, ...record, outcome });
      return outcome;
    }
    const isDeclined = entry.declined === true || entry.card?.startsWith(cards.declined) === true;
    const outcome = isDeclined ? declinedByIssuer : operate(books, entry);
    books.keys.set(entry.key, { outcome, operation: entry.do, request: requestOf(entry) });
    return outcome;
  }

  /** Charges of a merchant in ascending order of their ids. */
  charges(merchant: string): readonly Charge[] {
    return [...this.books(merchant).charges.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private books(merchant: string): Books {
    const books = this.merchants.get(merchant) ?? { keys: new Map(), charges: new Map() };
    this.merchants.set(merchant, books);
    return books;
  }
}

/** What must be the same when a key comes again. */
function requestOf(entry: Entry): string {
  return JSON.stringify(Object.entries({ ...entry, declined: undefined }).sort());
}

/** What a request is answered that comes again, or after its key was shut. */
function repeated(outcome: Outcome): Outcome {
  if (outcome.status === 'reversed') return closed;
  return outcome.status === 'irreversible' ? { status: 'succeeded', id: outcome.id } : outcome;
}

const closed: Outcome = { status: 'closed' };
const declinedByIssuer: Outcome = {
  status: 'declined',
  code: 'CARD_DECLINED',
  detail: 'the issuer of the card declines',
};

function operate(books: Books, entry: Exclude<Entry, { do: 'close' }>): Outcome {
  const { key, do: operation, reference, amountCents, currency } = entry;
  if (operation === 'authorize') {
    const effects = [{ operation, key }];
    const charge = { id: entry.id, reference, amountCents, currency, effects };
    books.charges.set(entry.id, { ...charge, status: 'authorized' });
    return { status: 'succeeded', id: entry.id };
  }
  const charge = books.charges.get(entry.authorization ?? '');
  if (charge === undefined || charge.reference !== reference) return no('UNKNOWN_AUTHORIZATION');
  const { from, to } = moves[operation];
  if (charge.status !== from) return no(refusalOf(charge, operation));
  charge.status = to;
  charge.effects.push({ operation, key });
  return { status: 'succeeded', id: charge.id };
}

function no(code: string): Outcome {
  return { status: 'declined', code, detail: `the provider says ${code}` };
}

function refusalOf(charge: Charge, operation: Operation): string {
  if (charge.status === 'released') return 'AUTHORIZATION_RELEASED';
  if (charge.status === 'refunded') return 'ALREADY_REFUNDED';
  return operation === 'refund' ? 'NOT_CAPTURED' : 'ALREADY_CAPTURED';
}

/** Reverses what happened under a key. What cannot be reversed now is never reversed under this key. */
function reverse(books: Books, key: string, record: KeyRecord): Outcome {
  const { outcome, operation } = record;
  if (outcome.status !== 'succeeded') return outcome;
  const charge = books.charges.get(outcome.id);
  const back = operation === 'authorize' ? 'release' : 'refund';
  const canBack = operation === 'authorize' || operation === 'capture';
  if (charge === undefined || !canBack || charge.status !== moves[back].from) {
    return { status: 'irreversible', id: outcome.id };
  }
  charge.status = moves[back].to;
  charge.effects.push({ operation: back, key });
  return { status: 'reversed' };
}
