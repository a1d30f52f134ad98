import { z } from 'zod';

/**
 * Faults the stand-in can be told to show. `decline`: a business "no". `away`: cut before anything is read.
 * `error-before`, `error-after`: 500 without and with the effect. `cut-after`: the connection is cut after the effect.
 * `slow`: the effect at once, the answer after `delayMs`. `pending`: the effect, and 202 as if it were not known yet.
 * `twice`: delivered two times.
 */
export const faultKinds = [
  ...(['decline', 'away', 'error-before', 'error-after', 'cut-after'] as const),
  ...(['slow', 'pending', 'twice'] as const),
] as const;

/** A fault and whom it hits: the next `count` requests that fit every given member. */
export const faultOrder = z.strictObject({
  kind: z.enum(faultKinds),
  merchant: z.string().optional(),
  reference: z.string().optional(),
  operation: z.enum(['authorize', 'capture', 'release', 'refund', 'close']).optional(),
  count: z.int().min(1).max(1_000).default(1),
  delayMs: z.int().min(0).max(60_000).default(0),
});

export type FaultOrder = z.output<typeof faultOrder>;

/** What of a request decides whether a fault hits it. */
export type Target = Required<Pick<FaultOrder, 'merchant' | 'reference' | 'operation'>>;

/** The faults that are switched on; memory only, so a restart switches all of them off. */
export class Faults {
  private orders: (FaultOrder & { left: number })[] = [];

  add(order: FaultOrder): void {
    this.orders.push({ ...order, left: order.count });
  }

  clear(): void {
    this.orders = [];
  }

  list(): readonly (FaultOrder & { readonly left: number })[] {
    return this.orders;
  }

  /** The first fault that fits, counted as shown; undefined when the request is served as it should be. */
  take(target: Target): FaultOrder | undefined {
    const found = this.orders.find(
      ({ merchant, reference, operation }) =>
        (merchant ?? target.merchant) === target.merchant &&
        (reference ?? target.reference) === target.reference &&
        (operation ?? target.operation) === target.operation,
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left === 0) this.orders = this.orders.filter((order) => order !== found);
    return found;
  }
}
