import type { FinishedFamily, SagaAudit } from '../platform/audit/family';
import { brokenRules, movedBy } from './market.audit';

/** Whatever was paid for was confirmed and shipped, to the cent and the piece; or nothing was taken at all. */
function soldOrNothing({ outcome, events }: FinishedFamily) {
  const moved = movedBy(events);
  const { confirmedCents, capturedCents, chargedCents, heldCents, open, pieces } = moved;
  const isDone = outcome === 'completed';
  const each = [...pieces];
  return brokenRules({
    CAPTURED_EQUALS_CONFIRMED: [['captured cents', capturedCents, isDone ? confirmedCents : 0]],
    CHARGED_EQUALS_CAPTURED: [['charged cents', chargedCents, capturedCents]],
    HELD_IS_SETTLED: [['held cents', heldCents, 0]],
    ORDERS_ARE_SETTLED: [['open orders', open.size, 0]],
    RESERVED_IS_SETTLED: each.map(([sku, { reserved }]) => [`reserved of ${sku}`, reserved, 0]),
    SHIPPED_EQUALS_CONFIRMED: each.map(([sku, { shipped, ordered }]) => {
      return [`shipped of ${sku}`, shipped, isDone ? ordered : 0];
    }),
  });
}

/** Money and goods of a return go back together, or neither does. */
function takenBackOrNot({ outcome, events }: FinishedFamily) {
  const { paidBackCents, refundedCents, returns, closed, pieces } = movedBy(events);
  const isDone = outcome === 'completed';
  const isBack = [...pieces.values()].some(({ shipped }) => shipped < 0);
  return brokenRules({
    REFUNDED_EQUALS_PAID_BACK: [['refunded cents', refundedCents, paidBackCents]],
    RETURN_IS_SETTLED: [['open returns', returns, 0]],
    RETURN_IS_WHOLE: [
      ['closed returns', closed, isDone ? 1 : 0],
      ['returns that were paid back', Number(paidBackCents > 0), isDone ? 1 : 0],
      ['returns that were restocked', Number(isBack), isDone ? 1 : 0],
    ],
  });
}

/** What must be true across services when a saga has ended, one line each. Children are judged with their parents. */
export const sagaAudits: readonly SagaAudit[] = [
  { saga: 'place-order', broken: soldOrNothing },
  { saga: 'bulk-order', broken: soldOrNothing },
  { saga: 'return-order', broken: takenBackOrNot },
];
