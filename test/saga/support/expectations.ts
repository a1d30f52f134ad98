import type { SagaWorld, StartedSaga } from './saga-world';

/**
 * Holds the replies of a step until the saga has turned back. Both branches would otherwise end in
 * the same instant, and the time-skipping server, unlike the real one, loses a workflow task that
 * cancels an activity just completed.
 */
export function holdBack(world: SagaWorld, step: string) {
  let release = () => {};
  const waitsFor = new Promise<void>((resolve) => (release = resolve));
  world.participants.next(`forward ${step}`, { waitsFor });
  return {
    release: () => release(),
    async untilTurned(saga: StartedSaga): Promise<void> {
      await saga.until((view) => view.state === 'compensating');
      release();
    },
    async untilParked(saga: StartedSaga): Promise<void> {
      await saga.until((view) => view.state === 'parked');
      release();
    },
  };
}

/** Steps in the order their undo was first answered. */
export function undoOrder(world: SagaWorld, saga: StartedSaga): string[] {
  const undone = world.participants
    .deliveriesOf(saga.sagaId)
    .filter(({ message, outcome }) => message.kind === 'undo' && /undone|no-effect/.test(outcome));
  return [...new Set(undone.map(({ message }) => message.step))];
}

/** How often a message of this kind was delivered for a step. */
export function count(world: SagaWorld, saga: StartedSaga, kind: string, step: string): number {
  return world.participants
    .deliveriesOf(saga.sagaId)
    .filter(({ message }) => message.kind === kind && message.step === step).length;
}

/** The epochs of the messages sent for a step, without repeats, in order, for example `forward 0`. */
export function epochs(world: SagaWorld, saga: StartedSaga, step: string): string[] {
  const sent = world.participants
    .deliveriesOf(saga.sagaId)
    .filter(({ message }) => message.step === step)
    .map(({ message }) => `${message.kind} ${message.epoch}`);
  return sent.filter((text, index) => text !== sent[index - 1]);
}

/**
 * What holds for every ended saga: no step counts twice, everything stands or nothing does, and no late copy of any
 * message ever sent changes that. `leftInPlace` names steps whose undo an operator skipped, `skipped` forwards.
 */
export async function expectSettled(
  world: SagaWorld,
  saga: StartedSaga,
  expected: 'all' | 'nothing',
  exceptions: readonly string[] = [],
): Promise<void> {
  const nets = saga.nets();
  for (const [step, net] of Object.entries(nets)) {
    const isException = exceptions.includes(step);
    expect({ step, net }).toEqual({ step, net: (expected === 'all') !== isException ? 1 : 0 });
  }
  await world.participants.redeliverAll(saga.sagaId);
  expect(saga.nets()).toEqual(nets);
  const entry = await world.journalStore.readAggregate(`saga/${saga.handle.workflowId}`);
  expect(entry?.state).toMatchObject({ kind: 'saga', status: 'finished' });
}

/** How a workflow that did not complete ended: its failure's type, or Cancelled. */
export async function failureOf(saga: StartedSaga): Promise<{ type: string; details: unknown }> {
  try {
    await saga.result();
  } catch (error) {
    const { cause } = error as { cause?: { name: string; type?: string; details?: unknown[] } };
    return { type: cause?.type ?? cause?.name ?? 'unknown', details: cause?.details?.[0] };
  }
  throw new Error('the saga completed');
}
