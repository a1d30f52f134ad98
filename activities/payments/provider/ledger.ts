import { z } from 'zod';
import type { AuditedAggregate, Violation } from '../../../platform/host/identity';
import type { Config } from '../../../platform/runtime/config';
import type { PaymentsState } from '../decider';
import type { PaymentState, PaymentStatus } from '../payment';
import { paymentAggregate } from '../payment';
import { connectProvider, merchantOf } from './client';

const charge = z.object({
  id: z.string(),
  reference: z.string(),
  amountCents: z.int(),
  currency: z.string(),
  status: z.enum(['authorized', 'captured', 'released', 'refunded']),
  effects: z.array(z.object({ operation: z.string(), key: z.string() })),
});

/** A charge as the provider lists it, with every effect it ever had. */
export type ProviderCharge = z.output<typeof charge>;

const page = z.object({ charges: z.array(charge) });
/** A page has up to 500 charges, each with all its effects. */
const pageLimits = { timeoutMs: 10_000, bytesMax: 4 * 1024 * 1024 } as const;

/** Reads the ledger of this world's merchant: all of it, or the charges of one order. */
export async function readProviderLedger(
  config: Config,
  reference?: string,
): Promise<readonly ProviderCharge[]> {
  const connection = connectProvider(config);
  const all: ProviderCharge[] = [];
  try {
    for (;;) {
      const after = all.at(-1)?.id ?? '';
      const query = new URLSearchParams({
        after,
        ...(reference === undefined ? {} : { reference }),
      });
      const path = `/merchants/${merchantOf(config)}/ledger?${query.toString()}`;
      const { status, body } = await connection.send(path, pageLimits);
      if (status !== 200) throw new Error(`the card provider's ledger answers ${status}`);
      const { charges } = page.parse(body);
      if (charges.length === 0) return all;
      all.push(...charges);
    }
  } finally {
    await connection.close();
  }
}

/** What the provider must say of a payment in each state of ours that names one of its authorizations. */
const counterparts: Partial<Record<PaymentStatus, ProviderCharge['status']>> = {
  authorized: 'authorized',
  voided: 'released',
  captured: 'captured',
  refunded: 'refunded',
};

/**
 * Our payments against the provider's ledger, at quiescence: every payment is there what it is here, with the same
 * amount; no money stands there that is not ours; and no key had more effects than one and its reversal.
 */
export function compareLedgers(
  aggregates: readonly AuditedAggregate<PaymentsState>[],
  charges: readonly ProviderCharge[],
): readonly Violation[] {
  const payments = aggregates.flatMap(({ state }) => (state.kind === 'payment' ? [state] : []));
  const byId = new Map(charges.map((one) => [one.id, one]));
  const known = new Set(payments.map(({ providerRef }) => providerRef));
  return [
    ...payments.flatMap((payment) => paymentViolations(payment, byId)),
    ...charges.flatMap((one) => chargeViolations(one, known)),
    ...keyViolations(charges),
  ];
}

function paymentViolations(
  payment: PaymentState,
  charges: ReadonlyMap<string, ProviderCharge>,
): readonly Violation[] {
  const { orderId, providerRef, status, amountCents, currency } = payment;
  if (typeof providerRef !== 'string') return [];
  const found = charges.get(providerRef);
  const isSame =
    found?.status === counterparts[status] &&
    found?.amountCents === amountCents &&
    found.currency === currency &&
    found.reference === orderId;
  if (isSame) return [];
  const there = found === undefined ? 'not in its ledger' : `${found.status} ${found.amountCents}`;
  const detail = `${status} ${amountCents} here, ${there} at the provider`;
  return [{ identity: 'PROVIDER_AGREES', aggregateId: paymentAggregate(orderId), detail }];
}

function chargeViolations(
  { id, reference, status }: ProviderCharge,
  known: ReadonlySet<string | null>,
): readonly Violation[] {
  if (status === 'released' || status === 'refunded' || known.has(id)) return [];
  const detail = `${id} is ${status} at the provider, and no payment of ours names it`;
  return [{ identity: 'PROVIDER_HOLDS_OURS', aggregateId: paymentAggregate(reference), detail }];
}

/** Operations one key may have caused: the one it was used for, and what a cancel of that key reversed. */
const chains = new Set(['authorize', 'authorize release', 'capture', 'capture refund']);

function keyViolations(charges: readonly ProviderCharge[]): readonly Violation[] {
  const byKey = new Map<string, { reference: string; operations: string[] }>();
  for (const { reference, effects } of charges) {
    for (const { key, operation } of effects) {
      const seen = byKey.get(key) ?? { reference, operations: [] };
      seen.operations.push(operation);
      byKey.set(key, seen);
    }
  }
  return [...byKey].flatMap(([key, { reference, operations }]) => {
    if (operations.length === 1 || chains.has(operations.join(' '))) return [];
    const detail = `${key.slice(0, 12)}… had the effects ${operations.join(', ')}`;
    return [{ identity: 'ONE_CHARGE_PER_KEY', aggregateId: paymentAggregate(reference), detail }];
  });
}
