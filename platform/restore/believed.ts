import type { StepAnswer, StepMessage } from '../kernel/step';
import type { StepRecord } from '../participant/fence-table';

/** A message of a saga as Temporal remembers it. */
export interface SentMessage {
  readonly message: StepMessage;
  /** What the saga was told; undefined where no attempt was answered, or a fault was. */
  readonly answer: StepAnswer | undefined;
  /** When it was scheduled, and when it was answered, RFC 3339. */
  readonly sentAt: string;
  readonly answeredAt?: string;
}

/**
 * Which messages of one saga have to be sent again, so that the rows of a restored database say what the saga was told.
 * `sent` is in the order of the history, `rows` by step. It is about what stands: a refusal left nothing, so it is
 * never asked for again. A forward nobody answered is sent again where the saga goes on (`isRunning`): it may have
 * called outside, and only its row knows that.
 */
export function toSendAgain(
  sent: readonly SentMessage[],
  rows: ReadonlyMap<string, Pick<StepRecord, 'state' | 'epoch'>>,
  isRunning: boolean,
): readonly SentMessage[] {
  const steps = new Map<string, SentMessage[]>();
  for (const one of sent) {
    const { step } = one.message;
    steps.set(step, [...(steps.get(step) ?? []), one]);
  }
  return [...steps].flatMap(([step, messages]) => ofStep(messages, rows.get(step), isRunning));
}

type Row = Pick<StepRecord, 'state' | 'epoch'> | undefined;

function ofStep(messages: readonly SentMessage[], row: Row, isRunning: boolean): SentMessage[] {
  const lastAnswered = messages.findLast(({ answer }) => answer !== undefined);
  const again = lastAnswered === undefined ? [] : answered(messages, lastAnswered, row);
  const open = messages.slice(lastAnswered === undefined ? 0 : messages.indexOf(lastAnswered) + 1);
  const forward = open.findLast(({ message }) => message.kind === 'forward');
  const isLost = row === undefined || row.epoch < (forward?.message.epoch ?? 0);
  return isRunning && forward !== undefined && isLost ? [...again, forward] : again;
}

function answered(messages: readonly SentMessage[], last: SentMessage, row: Row): SentMessage[] {
  const { answer, message } = last;
  if (answer?.answer === 'refused') return [];
  if (answer?.answer === 'done') {
    if (row !== undefined && (standing.has(row.state) || row.epoch > message.epoch)) return [];
    const until = messages.slice(0, messages.indexOf(last) + 1);
    const forward = until.findLast((one) => one.message.kind === 'forward');
    // A settle found out that it was done: its forward was never answered, and the answer is the settle's.
    return forward === undefined ? [] : [{ ...forward, answer }];
  }
  const isShut = row !== undefined && shut.has(row.state) && row.epoch >= message.epoch;
  if (isShut || (row !== undefined && row.epoch > message.epoch)) return [];
  const done = messages.findLast(({ message: { kind } }) => kind === 'forward');
  if (row !== undefined || answer?.answer !== 'undone' || done === undefined) return [last];
  // Nothing stands, but it happened: what was done and taken back belongs into the history, and into its books.
  return [{ ...done, answer: undefined }, last];
}

/** States of a row in which the step's effect stands, or is being taken back by somebody who knows it. */
const standing = new Set<StepRecord['state']>(['done', 'undoing']);
const shut = new Set<StepRecord['state']>(['undone', 'tombstone']);
