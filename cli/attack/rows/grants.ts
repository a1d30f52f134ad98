import { randomBytes, randomUUID } from 'node:crypto';
import type { Json } from '../../../platform/kernel/json';
import { dataKey } from '../../../platform/security/keys/envelope';
import { openShop } from '../../chaos/shop';
import { until } from '../../up/api-client';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { attackersOrder, openStarts } from '../starts';
import type { Start, Starts } from '../starts';
import { leafOfProcess, said } from '../wire';

const dayMs = 86_400_000;
/** Clocks may differ by that much: a grant ends so much later. */
const toleranceMs = 6_000;
const patienceMs = 60_000;

type Granting = (start: Start) => Promise<Uint8Array | undefined>;

/** Every way to start a saga without a grant that is for it; each has to end without having done anything. */
function unfitting(
  target: AttackTarget,
  starts: Starts,
  honest: { readonly grant: Uint8Array },
): Readonly<Record<string, readonly [Granting, string]>> {
  const invalid = 'GRANT_INVALID';
  const changed =
    (change: (facts: ReturnType<Starts['factsOf']>) => object): Granting =>
    (start) => {
      const facts = starts.factsOf(start);
      return starts.mint({ ...facts, ...change(facts) });
    };
  const signed =
    (leaf: () => Promise<Parameters<Starts['mint']>[1]>): Granting =>
    async (start) =>
      starts.mint(starts.factsOf(start), await leaf());
  return {
    'without a grant': [async () => undefined, invalid],
    'with the grant of another saga, out of Temporal’s history': [
      async () => honest.grant,
      invalid,
    ],
    'with a grant of somebody else': [changed(() => ({ subject: 'somebody-else' })), invalid],
    'with a grant for another input': [changed(() => ({ inputHash: '0'.repeat(64) })), invalid],
    'with a grant for another kind of saga': [changed(() => ({ saga: 'return-order' })), invalid],
    'with a grant that ends before the saga': [
      changed(({ issuedAtMs }) => ({ expiresAtMs: issuedAtMs + 60_000 })),
      invalid,
    ],
    'with a grant that never ends': [
      changed(({ issuedAtMs }) => ({ expiresAtMs: issuedAtMs + 1_000 * dayMs })),
      invalid,
    ],
    'with a grant that has ended': [
      changed(({ issuedAtMs }) => ({
        issuedAtMs: issuedAtMs - 20_000,
        expiresAtMs: issuedAtMs - toleranceMs,
      })),
      'GRANT_EXPIRED',
    ],
    'with a grant signed by payments': [
      signed(async () => ({ leaf: leafOfProcess(target, 'payments') })),
      invalid,
    ],
    'with a grant of a strange authority': [
      signed(async () => ({ leaf: await target.forge.issue('gateway', { byStranger: true }) })),
      invalid,
    ],
    'with a grant sealed under a key of nobody': [
      signed(async () => ({ key: dataKey('attack', randomBytes(32)) })),
      invalid,
    ],
    'with a grant sealed under a key that calls itself ours': [
      signed(async () => ({ key: dataKey(starts.keyId, randomBytes(32)) })),
      invalid,
    ],
    'with something made up': [async () => Buffer.from('{"roles":["admin"]}'), invalid],
  };
}

/** The person’s grants are taken back between the grant and the start. */
async function revoked({ api }: AttackTarget, starts: Starts): Promise<Shot> {
  const start = attackersOrder();
  const grant = await starts.mint(starts.factsOf(start));
  const idempotencyKey = randomUUID();
  const body = { subject: start.owner, reason: 'attacked' };
  await until('the revocation', patienceMs, async () => {
    const token = await api.token('olga');
    const answer = await api.call('/sagas/revocations', { token, body, idempotencyKey });
    if (answer.status >= 500) return undefined;
    if (answer.status !== 200) throw new Error(`nothing was revoked: ${said(answer)}`);
    return answer;
  });
  const name = 'started with a grant that was revoked';
  return shot(name, 'GRANT_REVOKED', await (await starts.start(start, grant)).ended());
}

/** A large order whose grant ends while a person looks at it. */
async function overtaken(target: AttackTarget, starts: Starts): Promise<readonly Shot[]> {
  const { api } = target;
  const shop = await openShop({ api, customer: 'frank', received: 500 });
  const input: Json = {
    ...{ orderId: `order-${randomUUID()}`, customerId: shop.customerId },
    lines: [{ sku: shop.sku, quantity: 500 }],
    payment: { amountCents: 500 * shop.priceCents, currency: 'EUR' },
  };
  const start = { ...attackersOrder(), input, deadlineMs: 40_000 };
  const facts = starts.factsOf(start);
  const endsAtMs = facts.issuedAtMs + start.deadlineMs + 5_000;
  const saga = await starts.start(start, await starts.mint({ ...facts, expiresAtMs: endsAtMs }));
  const path = `/sagas/${encodeURIComponent(start.workflowId)}`;
  await until('the review', patienceMs, async () => {
    const { body } = await api.call(path, { token: await api.token('olga') });
    return ((body.awaiting ?? []) as unknown[]).length > 0 ? true : undefined;
  });
  await until('the end of the grant', patienceMs, async () =>
    Date.now() > endsAtMs + toleranceMs ? true : undefined,
  );
  const decided = await api.call(`${path}/decide`, {
    ...{ token: await api.token('pam'), idempotencyKey: randomUUID() },
    body: { approved: true, reason: 'looked at it' },
  });
  const stock = async () => `${(await shop.stock()).available} available`;
  return [
    shot('a saga whose grant has ended: approved', 202, decided.status),
    shot(
      'a saga whose grant has ended: goes back',
      'compensated GRANT_EXPIRED',
      await saga.ended(),
    ),
    shot('a saga whose grant has ended: its stock is back', '500 available', await stock()),
  ];
}

const sagaGrants: Attack = {
  row: 'S36',
  title: 'sagas without a grant that is for them: forged, copied, widened, ended, revoked',
  source: 'ASVS 4.1.5',
  beyond:
    'that what goes back, settles, recovers or stands behind the pivot is never refused, and that an honest try ' +
    'again hears the stored answer: test/saga/grants.test.ts',
  async run(target) {
    const starts = await openStarts(target);
    try {
      const honest = attackersOrder();
      const saga = await starts.start(honest, await starts.mint(starts.factsOf(honest)));
      const grant = await saga.headerInHistory();
      const end = await saga.ended();
      // Nobody could ship it, so it goes back: but it was let in, or every refusal below would show nothing.
      const shots = [
        shot('an honest grant', 'let in', end.includes('GRANT') ? end : 'let in'),
        shot('the person in Temporal’s history', 'hidden', shows(grant, honest.owner)),
      ];
      for (const [name, [granting, expected]] of Object.entries(
        unfitting(target, starts, { grant }),
      )) {
        const start = attackersOrder();
        const tried = await starts.start(start, await granting(start));
        shots.push(shot(`started ${name}`, expected, await tried.ended()));
      }
      const { workflowId: family } = honest;
      const parent = { sagaId: saga.sagaId, step: 'open order' };
      const child = { ...attackersOrder(), owner: honest.owner, family, parent };
      const asChild = await starts.start(child, grant);
      shots.push(shot('started as a step of another saga', 'GRANT_INVALID', await asChild.ended()));
      const narrow = attackersOrder();
      const only = { commands: { 'place-order': ['orders.open'] } };
      const widened = await starts.start(
        narrow,
        await starts.mint({ ...starts.factsOf(narrow), ...only }),
      );
      const back = 'compensated GRANT_INVALID';
      shots.push(shot('asked for more than is granted: goes back', back, await widened.ended()));
      shots.push(await revoked(target, starts));
      return [...shots, ...(await overtaken(target, starts))];
    } finally {
      await starts.close();
    }
  },
};

function shows(grant: Uint8Array, person: string): string {
  if (grant.length === 0) return 'no grant';
  return Buffer.from(grant).includes(person) ? 'readable' : 'hidden';
}

/** Attacks on what sagas may do for whom. */
export const grantAttacks: readonly Attack[] = [sagaGrants];
