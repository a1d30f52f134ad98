import { generationOf } from '../kernel/epoch';
import type { FaultCode } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { RecordedEvent } from '../kernel/decision';
import type { MessageKind, StepAnswer, StepPlan } from '../kernel/step';
import { isOpen, overCall } from './outside/call-table';
import type { ErrandVerb, OutsideWord } from './outside/port';

/**
 * What a step left behind. A refusal that recorded a fact keeps it apart: it is no effect to reverse. Over an
 * `intent`, `cancelling` or `undoing` the outside may have been called and its answer is not known: to do the step, to
 * cancel that call, to reverse what was done.
 */
export type StepState = 'done' | 'refused' | 'undone' | 'tombstone' | OpenState;

/** States of a row whose outside call is open; its `result` is an `OutsideIntent`. */
export type OpenState = 'intent' | 'cancelling' | 'undoing';

/** What a row keeps so that a recovery can work from it alone; absent in rows older than these columns. */
export interface StepProvenance {
  /** Command of the forward that was applied; before one came, of the message that wrote the row first. */
  readonly command?: string;
  readonly plan?: StepPlan;
  /** When the row was first written, RFC 3339 with milliseconds. */
  readonly recordedAt?: string;
}

/** What a participant remembers of one `(sagaId, step)`; key, state and input hash are kept for good. */
export interface StepRecord extends StepProvenance {
  readonly state: StepState;
  readonly epoch: number;
  readonly run: string;
  /** sha256 of the canonical forward input; empty where no forward ever came. */
  readonly inputHash: string;
  /**
   * Answer of the forward: its result, or the refusal's code and detail; trimmed after `saga.finished`. In an
   * open state an `OutsideIntent`, which must never be trimmed.
   */
  readonly result: Json;
  /** Events the forward recorded; an empty list is an effect of kind none. */
  readonly effect: readonly RecordedEvent[];
  /** Result, effect and plan were let go after the saga's end: the row still fences, and is reversed no more. */
  readonly trimmed?: true;
}

export interface FenceMessage {
  readonly kind: MessageKind;
  readonly epoch: number;
  readonly run: string;
  /** Hash of the forward input; undo and settle carry none. */
  readonly inputHash: string;
}

/** What the table says to do with a message; every write happens in the message's own transaction. */
export type FenceVerdict =
  | { readonly do: 'apply' }
  | { readonly do: 'reverse'; readonly effect: readonly RecordedEvent[] }
  | { readonly do: 'answer'; readonly answer: StepAnswer; readonly write?: StepRecord }
  /** Write, then ask the outside under the row's key, in no transaction, and come back with its word. */
  | { readonly do: 'ask'; readonly verb: ErrandVerb; readonly write?: StepRecord }
  | FenceConclusion
  | { readonly do: 'fault'; readonly code: FaultCode };

/**
 * What the outside's word makes of the row, and which handler says so. `conclude`: the handler turns the word into
 * events and a result or a refusal. `abandon`: it takes back what the intent set aside. `reverse`: as over `done`.
 * `restore`: the effect stands.
 */
export interface FenceConclusion {
  readonly do: 'conclude';
  readonly by: 'conclude' | 'abandon' | 'reverse' | 'restore';
  readonly state: StepState;
  readonly epoch: number;
  readonly answer: StepAnswer['answer'];
}

/** A word of the outside, and the question it answers. */
export interface Told {
  readonly verb: ErrandVerb;
  readonly key: string;
  readonly word: OutsideWord;
}

const fenced: FenceVerdict = { do: 'fault', code: 'STEP_FENCED' };

/**
 * The fence: the whole table of the step record as one pure function, used by every adapter and by the model.
 * The row's epoch never falls, and a step is applied only over "nothing stands". `told` is what the outside said; it
 * counts only where the row still asks that very question. See `README.md` beside this file.
 */
export function consultFence(
  row: StepRecord | undefined,
  message: FenceMessage,
  told?: Told,
): FenceVerdict {
  if (row === undefined) return overNothing(message);
  if (isOtherRun(row, message)) return fenced;
  if (isOpen(row)) return overCall(row, message, told);
  if (row.state === 'done') return overDone(row, message);
  if (row.state === 'refused') return overRefused(row, message);
  return overShut(row, message);
}

/** A reset repeats epochs while messages of the earlier run are still about: only the first run is heard. */
function isOtherRun(row: StepRecord, message: FenceMessage): boolean {
  return row.run !== message.run && generationOf(row.epoch) === generationOf(message.epoch);
}

function overNothing(message: FenceMessage): FenceVerdict {
  if (message.kind === 'forward') return { do: 'apply' };
  return answerOf(message.kind === 'undo' ? 'no-effect' : 'not-done', tombstone(message));
}

function overDone(row: StepRecord, message: FenceMessage): FenceVerdict {
  const done: StepAnswer = { answer: 'done', result: row.result };
  if (message.kind === 'settle') {
    // Raising the epoch is what shuts the door behind a settle: a late undo of the settled epoch is fenced.
    if (message.epoch < row.epoch) return { do: 'answer', answer: done };
    return { do: 'answer', answer: done, write: claimed(row, message, message.epoch + 1) };
  }
  if (message.epoch < row.epoch) return fenced;
  if (message.kind === 'undo') return reverseOf(row);
  const sameInput = message.inputHash === row.inputHash;
  if (message.epoch === row.epoch) {
    return sameInput
      ? { do: 'answer', answer: done }
      : { do: 'fault', code: 'STEP_INPUT_CONFLICT' };
  }
  if (!sameInput) return { do: 'fault', code: 'STEP_ALREADY_DONE' };
  return { do: 'answer', answer: done, write: claimed(row, message, message.epoch) };
}

/** A trimmed row no longer knows what it did: answering *undone* would be a lie. */
function reverseOf(row: StepRecord): FenceVerdict {
  if (row.trimmed === true) return { do: 'fault', code: 'UNDO_IMPOSSIBLE' };
  return { do: 'reverse', effect: row.effect };
}

function overRefused(row: StepRecord, message: FenceMessage): FenceVerdict {
  if (message.kind === 'settle') {
    if (message.epoch <= row.epoch) return answerOf('not-done');
    return answerOf('not-done', { ...tombstone(message), inputHash: row.inputHash });
  }
  if (message.epoch < row.epoch) return fenced;
  if (message.kind === 'undo') {
    return answerOf('no-effect', { ...tombstone(message), inputHash: row.inputHash });
  }
  if (message.epoch > row.epoch) return { do: 'apply' };
  return { do: 'answer', answer: refusalOf(row) };
}

/** Over `undone` and `tombstone`: nothing stands and the door of this epoch is shut. */
function overShut(row: StepRecord, message: FenceMessage): FenceVerdict {
  const raised = message.epoch > row.epoch ? claimed(row, message, message.epoch) : undefined;
  if (message.kind === 'settle') return answerOf('not-done', raised);
  if (message.kind === 'forward') return raised === undefined ? fenced : { do: 'apply' };
  if (message.epoch < row.epoch) return fenced;
  return answerOf(row.state === 'undone' ? 'undone' : 'no-effect', raised);
}

function answerOf(answer: 'no-effect' | 'not-done' | 'undone', write?: StepRecord): FenceVerdict {
  return write === undefined
    ? { do: 'answer', answer: { answer } }
    : { do: 'answer', answer: { answer }, write };
}

function tombstone(message: FenceMessage): StepRecord {
  return {
    state: 'tombstone',
    epoch: message.epoch,
    run: message.run,
    inputHash: '',
    result: null,
    effect: [],
  };
}

function claimed(row: StepRecord, message: FenceMessage, epoch: number): StepRecord {
  return { ...row, epoch, run: message.run };
}

/** The refusal a `refused` row stands for. */
export function refusalOf(row: StepRecord): StepAnswer {
  const { code, detail } = row.result as { code: string; detail: string };
  return { answer: 'refused', code, detail };
}
