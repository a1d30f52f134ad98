import type { ParkedToExplain } from './explain';
import { repairVerbs } from './verbs';
import type { RepairVerb } from './verbs';

type Place = Pick<ParkedToExplain, 'direction' | 'condition' | 'reason'>;

/** What the engine's own reasons mean. */
export const reasons: Readonly<Record<string, string>> = {
  PARTICIPANT_UNREACHABLE: 'the participant does not answer',
  STORE_UNAVAILABLE: 'its database does not answer',
  KEYS_UNAVAILABLE: 'the key store does not answer, or has no such key for it',
  UNDO_IMPOSSIBLE: 'the undo was said to be impossible',
  STEP_FENCED: 'another run is in charge',
  HISTORY_LIMIT: 'the history has grown too long',
  DEADLINE: 'the deadline has passed',
  CANCELLED: 'it was cancelled',
  EXTERNAL: 'a person has taken this step over',
  ABORTED: 'an operator gave a step up',
  PARENT_WENT_BACK: 'the saga that it is a step of went back',
  CHILD_COMPENSATED: 'the saga that is this step went back by itself',
  CHILD_CANCELLED: 'the saga that is this step was cancelled',
  CHILD_NOT_STARTED: 'the saga that is this step could not start',
  CHILD_RELEASED: 'its parent had let this saga go for good',
  APPROVAL_DENIED: 'the approval was denied',
  APPROVAL_ELAPSED: 'nobody decided in time',
  EVENT_ELAPSED: 'what it waited for did not come in time',
  SAGA_REFUSED: 'the saga’s own code failed',
  INTERRUPTED: 'the saga turned back while the step was under way',
  NO_ANSWER: 'no answer came in time',
  BUSY: 'another saga holds what it needs',
  FAULT_UNNAMED: 'it failed with an error that has no code',
  RECOVERY_DIVERGED: 'the saga file has changed since the step was begun',
  GRANT_INVALID: 'the grant of the saga was not believed',
  GRANT_EXPIRED: 'the time of the grant of the saga is over',
  GRANT_REVOKED: 'what the saga was granted was taken back',
  GRANT_UNCHECKED: 'nobody could say whether the grant of the saga still counts',
};

/** A code with what it means, where it is one of the engine's own; a participant's own codes stand for themselves. */
export function reasonText(code: string): string {
  const text = reasons[code];
  return text === undefined ? code : `${code} (${text})`;
}

const states: Readonly<Record<string, string>> = {
  'nothing-stands': 'the step has no effect, and a late attempt will be refused',
  'effect-stands': 'the step has its effect, and a late undo will be refused',
  unsettled: 'it is not known whether the step has its effect; the participant is asked on and on',
};

function checks({ direction, condition, reason }: Place, participant: string): string[] {
  if (reason === 'HISTORY_LIMIT') return ['why the saga took so many steps or attempts'];
  if (reason === 'STEP_FENCED') return ['which other run or recovery of this saga is in charge'];
  if (condition === 'unsettled') {
    return [
      `whether ${participant} and its database are up: once it answers, this resolves by itself`,
      'do nothing by hand before it is known what became of the step',
    ];
  }
  const why = `why ${participant} ended with ${reason}: its log has the saga’s id`;
  if (direction === 'undo') return [why, 'whether what the step did can still be reversed by hand'];
  return [why, 'whether another attempt, or one with another input, can succeed'];
}

/** Why a step is parked and what to look at before anything is done. */
export function adviceFor(place: Place, participant = 'the participant') {
  const { direction, condition, reason } = place;
  const what = direction === 'undo' ? 'Its undo' : 'It';
  const known = states[condition] ?? 'its condition is not known here';
  const why = `${what} ended with ${reasonText(reason)}; ${known}.`;
  return { why, checkFirst: checks(place, participant) };
}

function isLikely(verb: RepairVerb, place: Place, kind: string | undefined): boolean {
  const { direction, condition, reason } = place;
  const isForward = direction === 'forward';
  const isSettled = condition !== 'unsettled';
  const isSent = !isForward || reason !== 'HISTORY_LIMIT';
  switch (verb) {
    case 'retry':
      return reason !== 'EXTERNAL';
    case 'retry-with-input':
      return isForward && isSent && reason !== 'EXTERNAL';
    case 'skip':
      return isSettled && isSent && !(isForward && kind === 'pivot');
    case 'mark-done-externally':
      return isSettled && isSent;
    case 'abort':
      return isForward && kind !== 'retriable';
    case 'resume-forward':
      return !isForward;
  }
}

/** What the saga would probably take, by the rules alone. The saga itself knows better, where it can be asked. */
export function likelyVerbs(place: Place, kind: string | undefined): readonly RepairVerb[] {
  if (place.reason === 'STEP_FENCED') return [];
  return repairVerbs.filter((verb) => isLikely(verb, place, kind));
}

interface Consequence {
  readonly does: string;
  readonly consequence: string;
}

const retryUnsettled = {
  does: 'asks the participant again what became of the step, then tries again if it must',
  consequence: 'if it turns out to be resolved, nothing is sent and the saga goes on',
};

/** In the words of whoever must decide: what a verb does, and what is then true. */
export function consequenceOf(
  verb: RepairVerb,
  { direction, condition }: Place,
  kind?: string,
): Consequence {
  const isUndo = direction === 'undo';
  switch (verb) {
    case 'retry':
      if (condition === 'unsettled') return retryUnsettled;
      return {
        does: isUndo ? 'sends the undo again' : 'sends the step again',
        consequence: 'the participant does it once, whatever else still arrives; it may park again',
      };
    case 'retry-with-input':
      return {
        does: 'sends the step again with the input you give',
        consequence:
          condition === 'unsettled'
            ? 'your input is not used if the step turns out to be done'
            : 'the new input counts from here on and is kept in the journal',
      };
    case 'skip':
      return isUndo
        ? {
            does: 'leaves the effect in place and goes on undoing the rest',
            consequence: 'the effect stays for good; the saga’s end lists it as left in place',
          }
        : {
            does: 'goes on without this step',
            consequence: 'what the step does never happens; later steps run all the same',
          };
    case 'mark-done-externally':
      return {
        does: isUndo
          ? 'takes your word that a person reversed the effect by hand'
          : 'takes your word that a person did by hand what the step does',
        consequence: `${kind === 'pivot' && !isUndo ? 'the saga can then only go forward; ' : ''}nobody checks it; the step is never sent again, and if it must be reversed it parks here again`,
      };
    case 'abort':
      return {
        does: 'gives the step up and undoes everything done so far',
        consequence: 'the saga ends compensated; it cannot be changed back once undos have run',
      };
    case 'resume-forward':
      return {
        does: 'stops undoing and goes forward again',
        consequence: 'steps that were undone are done again, in their order; then the saga goes on',
      };
  }
}
