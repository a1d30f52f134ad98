import { goodsBroken } from '../../../../cli/storm/judge/goods';
import type { Counts, Market } from '../../../../cli/storm/load/market';
import type { Ticket } from '../../../../cli/storm/load/ticket';
import type { JournalEntry } from '../../../../platform/saga/journal/state';

const before: Counts = {
  shelves: { lamp: { received: 10, available: 10, reserved: 0, shipped: 0 } },
  funds: { carol: { availableCents: 10_000, heldCents: 0 } },
};
const market: Market = {
  shelves: ['lamp'],
  scarce: 'none',
  buyers: ['carol'],
  declined: 'bob',
  before,
};

const sold = (workflowId: string, change: Partial<Ticket> = {}) =>
  ({
    ...{ workflowId, saga: 'place-order', username: 'carol', pieces: { lamp: 2 }, amountCents: 50 },
    ...change,
  }) as Ticket;
const ends = (outcomes: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(outcomes).map(([id, outcome]) => [id, { outcome } as unknown as JournalEntry]),
  );
const after = (available: number, shipped: number, availableCents: number): Counts => ({
  shelves: { lamp: { received: available + shipped, available, reserved: 0, shipped } },
  funds: { carol: { availableCents, heldCents: 0 } },
});

const brokenAt = (
  tickets: readonly Ticket[],
  outcomes: Readonly<Record<string, string>>,
  counts: Counts,
  receipts: ReadonlyMap<string, number> = new Map(),
) => {
  const diary = { tickets: [...tickets], receipts: new Map(receipts) };
  return goodsBroken({ market, diary, entries: ends(outcomes) }, counts);
};

test('what completed is gone, what was compensated is not', () => {
  const tickets = [sold('a'), sold('b')];
  const outcomes = { a: 'completed', b: 'compensated' };
  expect(brokenAt(tickets, outcomes, after(8, 2, 9_950))).toEqual([]);
});

test('a return brings pieces and money back', () => {
  const tickets = [sold('a'), sold('r', { saga: 'return-order' })];
  const outcomes = { a: 'completed', r: 'completed' };
  expect(brokenAt(tickets, outcomes, after(10, 0, 10_000))).toEqual([]);
});

test('what was received while it went on counts once', () => {
  const received = new Map([['lamp', 3]]);
  expect(brokenAt([], {}, after(13, 0, 10_000), received)).toEqual([]);
  expect(brokenAt([], {}, after(16, 0, 10_000), received)).not.toEqual([]);
});

test('money that was taken twice, and pieces that stay reserved, are told', () => {
  const taken = brokenAt([sold('a')], { a: 'completed' }, after(8, 2, 9_900));
  expect(taken).toEqual([
    { invariant: 'I4', subject: 'carol', detail: 'availableCents is 9900, and must be 9950' },
  ]);
  const held = after(8, 2, 9_950);
  const reserved = { ...held, shelves: { lamp: { ...held.shelves.lamp!, reserved: 1 } } };
  expect(brokenAt([sold('a')], { a: 'completed' }, reserved)).toHaveLength(1);
});
