import type { PayloadCodec } from '@temporalio/common';
import type { CustomSlotSupplier, WorkflowSlotInfo } from '@temporalio/worker';

/** A promise that is kept from outside. */
export interface Latch {
  readonly opened: Promise<void>;
  readonly isOpen: boolean;
  open(): void;
}

export function latch(): Latch {
  let isOpen = false;
  let keep = () => {};
  const opened = new Promise<void>((resolve) => (keep = resolve));
  const open = () => {
    isOpen = true;
    keep();
  };
  return {
    opened,
    open,
    get isOpen() {
      return isOpen;
    },
  };
}

/** One workflow task: taken by the worker, and held until it may run. */
interface Task {
  readonly taken: Latch;
  readonly mayRun: Latch;
}

const turnMs = 60_000;

/**
 * Lets workflow tasks through one by one, each in two halves: taken (the history says "started"), and run. A worker
 * with this supplier of slots polls only when it is told to. The codec holds the task it was given: a worker that keeps
 * no saga in memory reads the saga's input, a payload, at every task.
 */
export class Turnstile {
  private readonly waiting: Latch[] = [];
  private task: Task | undefined;

  readonly slots: CustomSlotSupplier<WorkflowSlotInfo> = {
    type: 'custom',
    reserveSlot: async (_context, aborted) => {
      const turn = latch();
      this.waiting.push(turn);
      aborted.addEventListener('abort', () => turn.open());
      await turn.opened;
      if (aborted.aborted) throw aborted.reason;
      return {};
    },
    tryReserveSlot: () => null,
    markSlotUsed: () => undefined,
    releaseSlot: () => undefined,
  };

  readonly codec: PayloadCodec = {
    encode: (payloads) => this.held(payloads),
    decode: (payloads) => this.held(payloads),
  };

  /** A task is held by the worker. */
  get isTaken(): boolean {
    return this.task?.taken.isOpen === true;
  }

  /** Lets the worker poll for one task. */
  async letPoll(): Promise<void> {
    this.task = { taken: latch(), mayRun: latch() };
    const untilMs = performance.now() + turnMs;
    const next = () => this.waiting.find(({ isOpen }) => !isOpen);
    while (next() === undefined) {
      if (performance.now() > untilMs) throw new Error('the worker does not ask for a task');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    next()?.open();
  }

  /** Lets the task that is held go on, and everything of it that comes later. */
  run(): void {
    this.task?.mayRun.open();
    this.task = undefined;
  }

  private async held<Payloads>(payloads: Payloads): Promise<Payloads> {
    const { task } = this;
    task?.taken.open();
    await task?.mayRun.opened;
    return payloads;
  }
}
