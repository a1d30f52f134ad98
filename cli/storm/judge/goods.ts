import type { JournalEntry } from '../../../platform/saga/journal/state';
import type { Counts, Market } from '../load/market';
import type { Diary, Ticket } from '../load/ticket';
import type { Violation } from './invariants';

/** What there must be, given how each saga ended: pieces by shelf and money by person (I4). */
export function goodsBroken(
  told: {
    readonly market: Market;
    readonly diary: Pick<Diary, 'tickets' | 'receipts'>;
    readonly entries: ReadonlyMap<string, JournalEntry>;
  },
  after: Counts,
): readonly Violation[] {
  const expected = expectedCounts(told);
  const shelves = Object.keys(expected.shelves).flatMap((sku) =>
    differ(sku, expected.shelves[sku], after.shelves[sku]),
  );
  const funds = Object.keys(expected.funds).flatMap((username) =>
    differ(username, expected.funds[username], after.funds[username]),
  );
  return [...shelves, ...funds];
}

function differ<Count extends object>(
  subject: string,
  expected: Count | undefined,
  counted: Count | undefined,
): readonly Violation[] {
  const members = Object.keys(expected ?? {}) as (keyof Count)[];
  const wrong = members.filter((member) => expected?.[member] !== counted?.[member]);
  return wrong.map((member) => {
    const [is, must] = [String(counted?.[member]), String(expected?.[member])];
    return { invariant: 'I4', subject, detail: `${String(member)} is ${is}, and must be ${must}` };
  });
}

function expectedCounts({
  market: { before },
  diary: { tickets, receipts },
  entries,
}: Parameters<typeof goodsBroken>[0]): Counts {
  const completed = tickets.filter(
    ({ workflowId }) => entries.get(workflowId)?.outcome === 'completed',
  );
  const moved = (pick: (ticket: Ticket) => number) =>
    completed.reduce((sum, ticket) => {
      const sign = ticket.saga === 'return-order' ? -1 : 1;
      return sum + sign * pick(ticket);
    }, 0);
  const shelves = Object.entries(before.shelves).map(([sku, was]) => {
    const sold = moved(({ pieces }) => pieces[sku] ?? 0);
    const received = was.received + (receipts.get(sku) ?? 0);
    const shipped = was.shipped + sold;
    return [sku, { received, shipped, reserved: 0, available: received - shipped }] as const;
  });
  const funds = Object.entries(before.funds).map(([username, { availableCents }]) => {
    const spent = moved((ticket) => (ticket.username === username ? ticket.amountCents : 0));
    return [username, { availableCents: availableCents - spent, heldCents: 0 }] as const;
  });
  return { shelves: Object.fromEntries(shelves), funds: Object.fromEntries(funds) };
}
