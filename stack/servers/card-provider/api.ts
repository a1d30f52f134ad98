import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import type { AppParts } from '../../../platform/http/app';
import { problem } from '../../../platform/http/problem';
import { peerOf } from '../../../platform/security/peer';
import type { FaultOrder } from './faults';
import { faultOrder } from './faults';
import type { Faults } from './faults';
import type { Journal } from './journal';
import type { Entry, Outcome } from './ledger';

type App = Parameters<AppParts['mount']>[0];

const name = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/);
const common = { key: z.string().min(16).max(255), reference: name };
const money = { amountCents: z.int().min(1), currency: z.string().length(3) };
const bodies = {
  authorize: z.strictObject({ ...common, ...money, card: name }),
  capture: z.strictObject({ ...common, ...money, authorization: name }),
  release: z.strictObject({ ...common, ...money, authorization: name }),
  refund: z.strictObject({ ...common, ...money, authorization: name }),
  close: z.strictObject({ ...common, ifHappened: z.enum(['keep', 'reverse']) }),
} as const;

type Verb = keyof typeof bodies;
const verbs = Object.keys(bodies) as Verb[];

/** Statuses by outcome: a decline is an answer about money, a shut key one about the request. */
const statuses: Readonly<Record<Outcome['status'], number>> = {
  succeeded: 200,
  declined: 402,
  closed: 409,
  reused: 422,
  reversed: 200,
  irreversible: 200,
};

/** Charges a page of the ledger holds at most. */
export const ledgerPageMax = 500;

/** Who may use what: merchants their operations, the administrator the faults. */
const callers = { merchant: ['payments', 'admin'], faults: ['admin'] } as const;

/** The provider's routes: operations and the ledger for merchants, faults for whoever tests. */
export function mountProvider(app: App, journal: Journal, faults: Faults): void {
  for (const verb of verbs) {
    app.post(`/merchants/:merchant/${verb}`, async (request, response) => {
      admit(request.socket as TLSSocket, callers.merchant);
      const merchant = name.parse(request.params.merchant);
      const body = parse(bodies[verb], request.body);
      const target = { merchant, reference: body.reference, operation: verb };
      const fault = faults.take(target);
      const entry = entryOf(merchant, verb, body);
      const served = await serve(journal, entry, fault);
      if (served === 'cut') request.socket.destroy();
      else response.status(served.status).json(served.body);
    });
  }
  app.get('/merchants/:merchant/ledger', (request, response) => {
    admit(request.socket as TLSSocket, callers.merchant);
    const after = typeof request.query.after === 'string' ? request.query.after : '';
    const { reference } = request.query;
    const charges = journal.ledger
      .charges(request.params.merchant)
      .filter((one) => reference === undefined || one.reference === reference);
    response.json({ charges: charges.filter(({ id }) => id > after).slice(0, ledgerPageMax) });
  });
  mountFaults(app, faults);
}

function mountFaults(app: App, faults: Faults): void {
  const route = app.route('/faults');
  route.get((request, response) => {
    admit(request.socket as TLSSocket, callers.faults);
    response.json({ faults: faults.list() });
  });
  route.post((request, response) => {
    admit(request.socket as TLSSocket, callers.faults);
    faults.add(parse(faultOrder, request.body));
    response.status(201).json({ faults: faults.list() });
  });
  route.delete((request, response) => {
    admit(request.socket as TLSSocket, callers.faults);
    faults.clear();
    response.json({ faults: [] });
  });
}

function admit(socket: TLSSocket, allowed: readonly string[]): void {
  const peer = peerOf(socket) ?? '';
  if (!allowed.includes(peer)) throw problem('CALLER_NOT_ALLOWED', { detail: `not for ${peer}` });
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const detail = `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`;
  throw problem('BODY_INVALID', { detail });
}

function entryOf(merchant: string, verb: Verb, body: z.output<(typeof bodies)[Verb]>): Entry {
  const id = createHash('sha256').update(`${merchant} ${body.key}`).digest('hex').slice(0, 24);
  return { ...body, merchant, do: verb, id: `auth_${id}` } as unknown as Entry;
}

interface Served {
  readonly status: number;
  readonly body: object;
}

const failed: Served = { status: 500, body: { status: 'failed' } };
const pending: Served = { status: 202, body: { status: 'pending' } };

async function serve(
  journal: Journal,
  entry: Entry,
  fault: FaultOrder | undefined,
): Promise<Served | 'cut'> {
  const kind = fault?.kind;
  if (kind === 'away') return 'cut';
  if (kind === 'error-before') return failed;
  const isDeclined = kind === 'decline' && entry.do !== 'close';
  const outcome = journal.answer(isDeclined ? { ...entry, declined: true } : entry);
  if (kind === 'twice') journal.answer(entry);
  if (kind === 'slow') await delay(fault?.delayMs);
  if (kind === 'cut-after') return 'cut';
  if (kind === 'error-after') return failed;
  if (kind === 'pending') return pending;
  const status =
    entry.do === 'close' && outcome.status === 'closed' ? 200 : statuses[outcome.status];
  return { status, body: outcome };
}
