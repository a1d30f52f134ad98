import { existsSync, writeFileSync } from 'node:fs';
import { Fault, isFault } from '../kernel/faults';
import type { StepAnswer, StepMessage } from '../kernel/step';
import { takeFault } from '../runtime/fault-plan';
import type { DueFault } from '../runtime/fault-plan';
import { waiter } from '../runtime/waiter';
import type { HandleOptions, StepParticipant } from './handle';

type Handler = Pick<StepParticipant, 'handle'>;

/** Bounds of the faults, milliseconds. */
export const plannedFaultLimits = {
  /** Beyond what is left of an attempt: by then Temporal has given it up, margin of the answer included. */
  pastAttemptMs: 1_500,
  /** A message that goes on after its attempt gets as much of the store as a young one. */
  lateTimeoutMs: 5_000,
  heldMsMax: 300_000,
  pollMs: 50,
} as const;

interface Suffering {
  readonly due: DueFault;
  readonly message: StepMessage;
  readonly restMs: number;
  /** The real participant, within the attempt. */
  readonly now: () => Promise<StepAnswer>;
  /** The real participant, when the attempt is over. */
  readonly later: (message?: StepMessage) => Promise<StepAnswer>;
}

/**
 * The participant, met by the faults that are planned for its messages in `folder` (see `runtime/fault-plan.ts`). Only
 * fault exploration switches it on. A fault never answers anything the participant could not: what it takes
 * away is time, replies and the process.
 */
export function withPlannedFaults(participant: Handler, folder: string): Handler {
  return {
    async handle(message, options = {}) {
      const due = takeFault(folder, message);
      if (due === undefined) return participant.handle(message, options);
      await waiter().wait(due.pauseMs ?? 0);
      return suffer(sufferingOf(participant, message, options, due));
    },
  };
}

function sufferingOf(
  participant: Handler,
  message: StepMessage,
  options: HandleOptions,
  due: DueFault,
): Suffering {
  const lateOptions = { timeoutMs: plannedFaultLimits.lateTimeoutMs };
  return {
    ...{ due, message, restMs: options.timeoutMs ?? 0 },
    now: () => participant.handle(message, options),
    later: (sent = message) => participant.handle(sent, lateOptions),
  };
}

async function suffer(suffering: Suffering): Promise<StepAnswer> {
  const { due, message } = suffering;
  switch (due.fault) {
    case 'error-before':
      throw new Fault('STORE_UNAVAILABLE', 'planned, before the store was touched');
    case 'error-after':
      await suffering.now();
      throw new Fault('STORE_UNAVAILABLE', 'planned, after the commit');
    case 'reply-lost': {
      const answer = await suffering.now();
      await pastAttempt(suffering);
      return answer;
    }
    case 'late':
      await pastAttempt(suffering);
      return suffering.later();
    case 'duplicate':
      return duplicated(suffering);
    case 'killed':
      return killed(suffering);
    case 'held':
      return held(suffering);
    case 'refusal':
      return { answer: 'refused', code: due.code ?? '', detail: 'planned' };
    case 'undo-fails':
      throw new Fault('UNDO_IMPOSSIBLE', 'planned');
    case 'poison':
      return suffering.later({ ...message, input: 'poisoned' });
  }
}

function pastAttempt({ restMs }: Suffering): Promise<void> {
  return waiter().wait(restMs + plannedFaultLimits.pastAttemptMs);
}

/** Twice at the same moment and once more: whoever is answered must be answered the same. */
async function duplicated({ now, message }: Suffering): Promise<StepAnswer> {
  const both = await Promise.allSettled([now(), now()]);
  const answers = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const last = await now();
  const different = answers.find((one) => JSON.stringify(one) !== JSON.stringify(last));
  if (different === undefined) return last;
  const told = `${message.step} was answered ${JSON.stringify(different)} and ${JSON.stringify(last)}`;
  throw new Fault('INVARIANT_BROKEN', told);
}

async function killed({ now }: Suffering): Promise<StepAnswer> {
  await now();
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => undefined);
}

/** Waits to be released, whatever has become of its attempt and its saga, and notes how it went on. */
async function held({ due, later }: Suffering): Promise<StepAnswer> {
  const pause = waiter();
  const untilMs = performance.now() + plannedFaultLimits.heldMsMax;
  while (!existsSync(due.releaseFile) && performance.now() < untilMs) {
    await pause.wait(plannedFaultLimits.pollMs);
  }
  try {
    const answer = await later();
    writeFileSync(`${due.marker}.after`, answer.answer);
    return answer;
  } catch (error) {
    writeFileSync(`${due.marker}.after`, isFault(error) ? error.code : String(error));
    throw error;
  }
}
