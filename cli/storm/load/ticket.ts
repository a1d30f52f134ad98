/** What a client of a storm may want; what each does is in `errands.ts`. */
export const errandKinds = [
  'order',
  'scarce',
  'declined',
  'doubled',
  'reused',
  'cancelled',
  'returned',
  'bulk',
  'receipt',
] as const;

export type ErrandKind = (typeof errandKinds)[number];

/** A saga that a client asked for and was promised: 202 and an id. */
export interface Ticket {
  readonly errand: ErrandKind;
  readonly saga: 'place-order' | 'return-order' | 'bulk-order';
  readonly workflowId: string;
  readonly orderId: string;
  readonly username: string;
  /** Pieces it moves, by SKU. */
  readonly pieces: Readonly<Record<string, number>>;
  readonly amountCents: number;
  /** How it may end. */
  expected: readonly string[];
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly takenAt: number;
  /** Requests until it was taken. */
  readonly tries: number;
  /** The end its client was told by the gateway; what was told must stay true. */
  told?: string;
}

/** What clients lived through. */
export interface Diary {
  readonly tickets: Ticket[];
  /** Pieces received during the storm and acknowledged, by SKU. */
  readonly receipts: Map<string, number>;
  /** Answers that may not be: one line each. */
  readonly wrongs: string[];
  /** Requests that were repeated. */
  repeats: number;
  /** Errands by kind. */
  readonly errands: Partial<Record<ErrandKind, number>>;
}

/** A diary with nothing in it. */
export function openDiary(): Diary {
  return { tickets: [], receipts: new Map(), wrongs: [], repeats: 0, errands: {} };
}
