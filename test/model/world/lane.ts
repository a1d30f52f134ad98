import type { MessageKind } from '../../../platform/kernel/step';
import { generationOf } from '../../../platform/kernel/epoch';
import type { FenceVerdict, StepRecord } from '../../../platform/participant/fence-table';
import type { Rules } from '../rules';

/** A message as the network knows it; the step is the lane's. */
export interface LaneMessage {
  readonly kind: MessageKind;
  readonly epoch: number;
  readonly run: string;
  /** Name of the input: `a`, or `b` after `retry-with-input`; empty for undo and settle. */
  readonly input: string;
}

/** One step's row, its effects, and its part of the network. */
export interface Lane {
  readonly row: StepRecord | null;
  /** Applied minus reversed, by the participant. */
  readonly own: number;
  /** Done minus reversed, by a person. */
  readonly hand: number;
  /** Highest epoch that an undo closed or a settle answered "not done"; -1 while there is none. */
  readonly shutForward: number;
  /** Highest epoch that a settle answered "done". */
  readonly shutUndo: number;
  /** Generations below this one are not heard: the participant was closed for them. */
  readonly closedBelow: number;
  /** Messages that may still change something whenever they arrive, by their text. */
  readonly sent: readonly string[];
  /** The message whose answer the live run waits for, or may wait for again. */
  readonly current: string;
  /** Answers to `current` that are on their way. */
  readonly answers: readonly string[];
}

export const emptyLane: Lane = {
  row: null,
  own: 0,
  hand: 0,
  shutForward: -1,
  shutUndo: -1,
  closedBelow: 0,
  sent: [],
  current: '',
  answers: [],
};

/** What a delivery may meet at the participant, besides the fence. */
export type Business = 'says yes' | 'says no' | 'says no at the door' | 'cannot';

export interface Delivered {
  readonly lane: Lane;
  readonly answer: string;
  readonly problem?: string;
}

const effect = [{ aggregateId: 'thing', type: 'thing.happened', data: {}, seq: 1 }];

/** Delivers a message: the real fence decides, the lane keeps what it wrote. */
export function deliver(rules: Rules, lane: Lane, text: string, business: Business): Delivered {
  const message = JSON.parse(text) as LaneMessage;
  if (generationOf(message.epoch) < lane.closedBelow) return hear(lane, text, 'STEP_FENCED');
  const verdict = rules.consultFence(lane.row ?? undefined, {
    ...message,
    inputHash: message.input,
  });
  const { epoch } = message;
  switch (verdict.do) {
    case 'fault':
      return hear(lane, text, verdict.code);
    case 'answer':
      return answered(lane, text, verdict);
    case 'ask':
    case 'conclude':
      throw new Error('the lanes of this model call nothing outside');
    case 'apply': {
      const isEffect = business === 'says yes';
      if (business === 'says no at the door') return hear(lane, text, 'refused');
      const row: StepRecord = {
        ...{ epoch, run: message.run, inputHash: message.input },
        ...(isEffect
          ? { state: 'done', result: {}, effect }
          : { state: 'refused', result: { code: 'SAID_NO', detail: '' }, effect: [] }),
      };
      const written = { ...lane, row, own: lane.own + (isEffect ? 1 : 0) };
      const isShut = isEffect && epoch <= lane.shutForward;
      return hear(
        written,
        text,
        isEffect ? 'done' : 'refused',
        isShut ? 'M2: applied by a shut epoch' : '',
      );
    }
    case 'reverse': {
      if (business === 'cannot') return hear(lane, text, 'UNDO_IMPOSSIBLE');
      const row: StepRecord = {
        ...{ state: 'undone', epoch, run: message.run, inputHash: lane.row?.inputHash ?? '' },
        ...{ result: null, effect: [] },
      };
      const shut = {
        ...lane,
        row,
        own: lane.own - 1,
        shutForward: Math.max(lane.shutForward, epoch),
      };
      const isShut = epoch <= lane.shutUndo;
      return hear(shut, text, 'undone', isShut ? 'M2: reversed by a shut epoch' : '');
    }
  }
}

function answered(
  lane: Lane,
  text: string,
  { answer, write }: Extract<FenceVerdict, { do: 'answer' }>,
): Delivered {
  const { kind, epoch } = JSON.parse(text) as LaneMessage;
  const shuts = kind === 'undo' || answer.answer === 'not-done';
  const shutForward = shuts ? Math.max(lane.shutForward, epoch) : lane.shutForward;
  const isStanding = kind === 'settle' && answer.answer === 'done';
  const shutUndo = isStanding ? Math.max(lane.shutUndo, epoch) : lane.shutUndo;
  const row = write ?? lane.row;
  const fell = (write?.epoch ?? Infinity) < (lane.row?.epoch ?? -1);
  const problem = fell ? 'the epoch of the row fell' : '';
  return hear({ ...lane, row, shutForward, shutUndo }, text, answer.answer, problem);
}

/** The answer goes on its way, if somebody may wait for it. */
function hear(lane: Lane, text: string, answer: string, problem = ''): Delivered {
  const isHeard = text === lane.current && !lane.answers.includes(answer);
  const heard = isHeard ? { ...lane, answers: [...lane.answers, answer].sort() } : lane;
  return { lane: pruned(heard), answer, ...(problem === '' ? {} : { problem }) };
}

/** The message goes into the network, and its answer is waited for. */
export function send(lane: Lane, text: string): Lane {
  const sent = lane.sent.includes(text) ? lane.sent : [...lane.sent, text].sort();
  const answers = lane.current === text ? lane.answers : [];
  return pruned({ ...lane, sent, current: text, answers });
}

/** Nobody waits for an answer any more; messages on their way stay there. */
export function hangUp(lane: Lane): Lane {
  return pruned({ ...lane, current: '', answers: [] });
}

/** The participant answers generations below `below` no more, whatever its rows say. */
export function closeBelow(lane: Lane, below: number): Lane {
  return pruned({ ...lane, closedBelow: below });
}

/**
 * Forgets messages that can never change anything again, whatever else arrives: see `isSpent`. Two states that
 * differ in such messages only have the same future.
 */
function pruned(lane: Lane): Lane {
  const { row, current, closedBelow } = lane;
  const sent = lane.sent.filter((text) => {
    const message = JSON.parse(text) as LaneMessage;
    if (text === current) return true;
    return generationOf(message.epoch) >= closedBelow && !(row !== null && isSpent(row, message));
  });
  return sent.length === lane.sent.length ? lane : { ...lane, sent };
}

/**
 * Whether a message can change nothing over this row nor over any row that may follow it. Proven for the real table
 * by trying all of them: `spent-messages.test.ts`.
 */
export function isSpent(
  row: Pick<StepRecord, 'state' | 'epoch'>,
  message: Pick<LaneMessage, 'kind' | 'epoch'>,
): boolean {
  if (message.epoch !== row.epoch) return message.epoch < row.epoch;
  return message.kind === 'forward' || row.state === 'undone' || row.state === 'tombstone';
}
