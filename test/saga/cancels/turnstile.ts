import type { PayloadCodec } from '@temporalio/common';
import type { CustomSlotSupplier, WorkflowSlotInfo } from '@temporalio/worker';

/** A promise that is kept from outside. */
export interface Latch {
  readonly opened: Promise<void>;
  open(): void;
}

export function latch(): Latch {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** One workflow task: taken by the worker, and held before the saga hears of it. */
interface Task {
  readonly taken: Latch;
  readonly mayRun: Latch;
}

/**
 * Lets workflow tasks through one by one, each in two halves: taken (the history says "started"), and run. A worker
 * with this supplier of slots polls only when it is told to; the codec holds the task it was given, since a
 * worker without a cache decodes the saga's input at every task.
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
    encode: (payloads) => Promise.resolve(payloads),
    decode: async (payloads) => {
      const { task } = this;
      task?.taken.open();
      await task?.mayRun.opened;
      return payloads;
    },
  };

  /** Lets the worker take one task; resolves when it has it. */
  async take(): Promise<void> {
    this.task = { taken: latch(), mayRun: latch() };
    await this.letPoll();
    await within('a task for the worker', this.task.taken.opened);
  }

  /** Lets the saga hear what its task is about. */
  run(): void {
    this.task?.mayRun.open();
    this.task = undefined;
  }

  private async letPoll(): Promise<void> {
    const untilMs = performance.now() + turnMs;
    while (this.waiting.length === 0) {
      if (performance.now() > untilMs) throw new Error('the worker asks for no task');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.waiting.shift()?.open();
  }
}

const turnMs = 20_000;

/** The promise, or an error that says what did not happen in time. */
async function within(what: string, happens: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come`)), turnMs);
  });
  await Promise.race([happens, late]).finally(() => clearTimeout(timer));
}
