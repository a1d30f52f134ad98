import {
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import type { ContractCommands } from '../kernel/contract';
import { isFault } from '../kernel/faults';
import type { StepAnswer, StepMessage } from '../kernel/step';
import type { Admit } from './admission';
import { attemptAtHand } from './attempt';
import type { HandleOptions, StepParticipant } from './handle';
import type { SagaRecords } from './saga-records';

/** One activity per command of a contract, and one that settles; all take a message and answer it. */
export type ParticipantActivities = Record<string, (message: StepMessage) => Promise<StepAnswer>>;

/** Kept free at the end of an attempt, so that its answer still reaches Temporal; milliseconds. */
const answerMarginMs = 500;
const attemptMsMin = 250;
/** How soon a step is tried again whose aggregate another saga holds; spread, so that waiters do not march in step. */
const busyRetryMs = { min: 100, max: 300, growsTo: 10_000 } as const;

/**
 * A participant as Temporal activities, named `<participant>.<command>` and `<participant>.settle`.
 * A refusal crosses as a failure of its own code that is never retried and counts as benign; a
 * fault as one whose code says who acts next. The database gets what is left of the attempt: a
 * transaction must not outlive the attempt that began it. What `admit` bars has no effect.
 */
export function createActivities(
  participant: Pick<StepParticipant, 'handle'>,
  contract: { readonly name: string; readonly commands: ContractCommands },
  admit: Admit = async () => undefined,
): ParticipantActivities {
  const activity = async (message: StepMessage): Promise<StepAnswer> => {
    const barred = await admit(message).catch(throwAsFailure);
    const options = {
      ...(barred === undefined ? {} : { barred }),
      timeoutMs: restOfAttemptMs(),
      heartbeat: () => attemptAtHand().heartbeat(),
    };
    const answer = await participant.handle(message, options).catch(throwAsFailure);
    if (answer.answer === 'refused') throw refusal(answer.code, answer.detail);
    return answer;
  };
  const names = [...Object.keys(contract.commands), 'settle'];
  return Object.fromEntries(names.map((name) => [`${contract.name}.${name}`, activity]));
}

/** Activities about a saga's rows: a request in, its answer out. */
export type SagaRecordActivities = Record<string, (request: unknown) => Promise<unknown>>;

/**
 * What recovery and housekeeping may ask, named `<participant>.close`, `<participant>.rows` and `<participant>.trim`.
 * Throws at start where the contract has a command of one of these names, or one named `settle`.
 */
export function createSagaRecordActivities(
  records: SagaRecords,
  contract: { readonly name: string; readonly commands: ContractCommands },
): SagaRecordActivities {
  const asked: Record<string, (request: unknown, options: HandleOptions) => Promise<unknown>> = {
    close: (request, options) => records.close(request, options),
    rows: (request) => records.rows(request),
    trim: (request, options) => records.trim(request, options),
  };
  const taken = [...Object.keys(asked), 'settle'].filter((it) => it in contract.commands);
  if (taken.length > 0) throw new Error(`${contract.name}: "${taken[0]}" is the platform's name`);
  const activities = Object.entries(asked).map(([name, ask]) => [
    `${contract.name}.${name}`,
    (request: unknown) => ask(request, { timeoutMs: restOfAttemptMs() }).catch(throwAsFailure),
  ]);
  return Object.fromEntries(activities) as SagaRecordActivities;
}

function restOfAttemptMs(): number {
  return Math.max(attemptMsMin, attemptAtHand().restMs() - answerMarginMs);
}

function refusal(code: string, detail: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: detail,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    details: [{ kind: 'refusal', code, detail }],
  });
}

function throwAsFailure(error: unknown): never {
  if (!isFault(error)) throw error;
  const { code, action, message, isExpected } = error;
  // The saga has called the attempt off and waits for its end: nobody tries this again.
  if (action === 'retry' && attemptAtHand().isCalledOff()) {
    throw new CancelledFailure(message);
  }
  throw ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: action !== 'retry',
    details: [{ kind: 'fault', code, action }],
    ...(isExpected ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(code === 'BUSY' ? { nextRetryDelay: busyDelayMs() } : {}),
  });
}

/** Grows with the attempts, so that a bounded number of them lasts for minutes and not for seconds. */
function busyDelayMs(): number {
  const first = busyRetryMs.min + Math.random() * (busyRetryMs.max - busyRetryMs.min);
  const doublings = Math.min(attemptAtHand().number - 1, 10);
  return Math.round(Math.min(first * 2 ** doublings, busyRetryMs.growsTo));
}
