import type {
  FenceConclusion,
  FenceMessage,
  FenceVerdict,
  OpenState,
  StepRecord,
  Told,
} from '../fence-table';
import type { OutsideIntent, OutsideWord } from './port';

type OpenRow = StepRecord & { readonly state: OpenState };

const fenced: FenceVerdict = { do: 'fault', code: 'STEP_FENCED' };
const unresolved: FenceVerdict = { do: 'fault', code: 'STEP_UNRESOLVED' };
const impossible: FenceVerdict = { do: 'fault', code: 'UNDO_IMPOSSIBLE' };
/** The outside broke its contract: a word that cannot answer the question that was asked. */
const broken: FenceVerdict = { do: 'fault', code: 'INVARIANT_BROKEN' };

/** True while the outside may have been called and its answer is not in the row. */
export function isOpen(row: StepRecord): row is OpenRow {
  return row.state === 'intent' || row.state === 'cancelling' || row.state === 'undoing';
}

/** The key, the call and the handler of an open row. */
export function intentOf(row: StepRecord): OutsideIntent {
  return row.result as unknown as OutsideIntent;
}

/**
 * The part of the fence that stands over open calls: what has to be asked, and with the word at hand, what it makes of
 * the row. A word counts only where the row still asks that question under that key, so a word that was overtaken by
 * another delivery is never concluded.
 */
export function overCall(
  row: OpenRow,
  message: FenceMessage,
  told: Told | undefined,
): FenceVerdict {
  const verdict = questions[row.state](row, message);
  if (verdict.do !== 'ask' || verdict.write !== undefined) return verdict;
  if (told?.verb !== verdict.verb || told.key !== intentOf(row).key) return verdict;
  if (row.state === 'cancelling') return concludeCancel(message, told.word);
  if (row.state === 'undoing') return concludeReversal(message, told.word);
  return message.kind === 'forward'
    ? concludeCall(row, told.word)
    : concludeSettle(message, told.word);
}

/**
 * A newer forward cannot come from a live saga, which settles a step whose answer is missing before it takes the next
 * epoch; over a call that may still take effect it must not begin another one. An undo claims the row before it
 * cancels: a forward that was told "happened" just before the cancel would otherwise conclude what is being reversed.
 */
function overIntent(row: StepRecord, message: FenceMessage): FenceVerdict {
  const { kind, epoch, run } = message;
  if (kind === 'forward') {
    if (epoch !== row.epoch) return fenced;
    const sameInput = message.inputHash === row.inputHash;
    return sameInput ? { do: 'ask', verb: 'call' } : { do: 'fault', code: 'STEP_INPUT_CONFLICT' };
  }
  if (kind === 'settle') return epoch < row.epoch ? unresolved : { do: 'ask', verb: 'settle' };
  if (epoch < row.epoch) return fenced;
  return { do: 'ask', verb: 'cancel', write: { ...row, state: 'cancelling', epoch, run } };
}

/** A cancel may be on its way and cannot be called back, so a settle finishes it: nothing will stand. */
function overCancelling(row: StepRecord, { kind, epoch }: FenceMessage): FenceVerdict {
  if (kind === 'forward') return fenced;
  if (epoch < row.epoch) return kind === 'undo' ? fenced : unresolved;
  return { do: 'ask', verb: 'cancel' };
}

/** The reversal has a key of its own. Every undo that is not older wants that same reversal; a settle shuts its key. */
function overUndoing(row: StepRecord, { kind, epoch }: FenceMessage): FenceVerdict {
  if (kind === 'forward') return fenced;
  if (epoch < row.epoch) return kind === 'undo' ? fenced : unresolved;
  return { do: 'ask', verb: kind === 'undo' ? 'call' : 'settle' };
}

const questions: Readonly<Record<OpenState, typeof overIntent>> = {
  intent: overIntent,
  cancelling: overCancelling,
  undoing: overUndoing,
};

function concludeCall(row: StepRecord, { word }: OutsideWord): FenceVerdict {
  const { epoch } = row;
  if (word === 'happened')
    return { do: 'conclude', by: 'conclude', state: 'done', epoch, answer: 'done' };
  if (word === 'refused')
    return { do: 'conclude', by: 'conclude', state: 'refused', epoch, answer: 'refused' };
  // Whoever shut the key writes what became of the step.
  return word === 'closed' ? fenced : broken;
}

function concludeSettle({ epoch }: FenceMessage, { word }: OutsideWord): FenceVerdict {
  // As over done: the risen epoch is what fences a late undo of the settled one.
  if (word === 'happened') return standing('conclude', epoch);
  const shut = { state: 'tombstone', epoch, answer: 'not-done' } as const;
  if (word === 'refused') return { do: 'conclude', by: 'conclude', ...shut };
  return word === 'never' ? { do: 'conclude', by: 'abandon', ...shut } : broken;
}

function concludeCancel({ kind, epoch }: FenceMessage, { word }: OutsideWord): FenceVerdict {
  const isUndo = kind === 'undo';
  const nothing = isUndo ? 'no-effect' : 'not-done';
  if (word === 'never')
    return { do: 'conclude', by: 'abandon', state: 'tombstone', epoch, answer: nothing };
  if (word === 'refused')
    return { do: 'conclude', by: 'conclude', state: 'tombstone', epoch, answer: nothing };
  if (word === 'reversed') {
    return {
      do: 'conclude',
      by: 'abandon',
      state: 'undone',
      epoch,
      answer: isUndo ? 'undone' : 'not-done',
    };
  }
  if (word !== 'irreversible') return broken;
  return isUndo ? impossible : standing('conclude', epoch);
}

function concludeReversal({ kind, epoch }: FenceMessage, { word }: OutsideWord): FenceVerdict {
  const isUndo = kind === 'undo';
  if (word === 'happened') {
    return {
      do: 'conclude',
      by: 'reverse',
      state: 'undone',
      epoch,
      answer: isUndo ? 'undone' : 'not-done',
    };
  }
  if (!isUndo) return word === 'never' || word === 'refused' ? standing('restore', epoch) : broken;
  // The row stays: the settle that follows finds that nothing was reversed, and the effect stands again.
  if (word === 'refused') return impossible;
  return word === 'closed' ? fenced : broken;
}

/** The effect stands, and a late undo of the settled epoch is fenced. */
function standing(by: 'conclude' | 'restore', epoch: number): FenceConclusion {
  return { do: 'conclude', by, state: 'done', epoch: epoch + 1, answer: 'done' };
}
