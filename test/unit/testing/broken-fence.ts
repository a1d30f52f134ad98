import type { consultFence } from '../../../platform/participant/fence-table';

/** The real fence, until a test breaks it: a settle over `done` then leaves the row as it was. */
export const breakable = { isBroken: false };

/** Wraps the fence for `jest.mock`. */
export function breakableFence(real: typeof consultFence): typeof consultFence {
  return (row, message) => {
    const verdict = real(row, message);
    const isSettleOverDone = message.kind === 'settle' && row?.state === 'done';
    if (!breakable.isBroken || !isSettleOverDone || verdict.do !== 'answer') return verdict;
    return { do: 'answer', answer: verdict.answer };
  };
}
