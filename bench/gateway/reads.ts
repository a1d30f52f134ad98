/** Every way of reading that is measured, and what it is. */
export const reads = {
  redis: 'the cached entry alone: one HMGET over TLS, asked by the process that measures',
  bare: 'a plain HTTPS server that answers the same bytes from memory',
  'bare-redis': 'the same server, which asks Redis for the entry before it answers',
  gateway: 'GET /orders/{id} through the gateway, answered from the cache',
  saga: 'GET /sagas/{id} of the ended saga through the gateway, which reads it in PostgreSQL',
  'saga-304': 'the same with If-None-Match: the gateway answers 304',
  service: 'GET /payments/{id}, which the gateway passes on to a service over mutual TLS',
} as const;

export type ReadName = keyof typeof reads;

export const readNames = Object.keys(reads) as readonly ReadName[];

/** What others are set against: HTTPS and the read, without the gateway. */
export const baseNames = ['bare-redis', 'bare'] as const satisfies readonly ReadName[];

export type BaseName = (typeof baseNames)[number];

/** What the gateway may add to a cached read at the median, milliseconds: an aim of the project. */
export const addedMsMax = 2;

/** One figure of a round: how is read, and by how many at once. */
export interface Cell {
  readonly read: ReadName;
  readonly callers: number;
}

/** The cells of a round: with each number of callers every read, in an order that begins one later in each round. */
export function cellsOf(
  {
    reads: names,
    callers,
  }: { readonly reads: readonly ReadName[]; readonly callers: readonly number[] },
  round: number,
): readonly Cell[] {
  const rotated = names.map((_, at) => names[(at + round) % names.length]!);
  return callers.flatMap((count) => rotated.map((read) => ({ read, callers: count })));
}

/** A cell in words. */
export function titleOf({ read, callers }: Cell): string {
  return `${read}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;
}
