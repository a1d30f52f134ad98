import type { ErrandVerb, OutsideWord } from '../../participant/outside/port';
import type { JournalState } from '../journal/state';
import type { ChildCall } from './calls';
import type { ChildVerdict } from './commands';

/** What the journal knows of a child: it, and not Temporal, says how things stand. */
export type ChildKnown = Exclude<JournalState, { kind: 'switch' | 'subject' }> | undefined;

/** What comes next in an errand about one child. */
export type ChildMove =
  | { readonly do: 'say'; readonly word: OutsideWord }
  /** The child holds: the word is "happened", with the child's own answer. */
  | { readonly do: 'say-held' }
  | { readonly do: 'start' }
  | { readonly do: 'shut' }
  | { readonly do: 'rule'; readonly verdict: ChildVerdict }
  /** It is at work on what was decided; ask again. */
  | { readonly do: 'wait' };

const happened = { do: 'say', word: { word: 'happened', answer: {} } } as const;
const say = (word: 'closed' | 'never' | 'reversed'): ChildMove => ({ do: 'say', word: { word } });

/** The next move of an errand about one child, from what the journal says of it. */
export function childMove(call: ChildCall['do'], verb: ErrandVerb, child: ChildKnown): ChildMove {
  if (call === 'run') return verb === 'call' ? ofRun(child) : ofGivingUp(verb, child);
  if (call === 'unwind') return ofUnwind(child);
  return ofRelease(child);
}

/** Done means that the child holds; one that went back by itself is a refusal. */
function ofRun(child: ChildKnown): ChildMove {
  if (child === undefined) return { do: 'start' };
  if (child.kind === 'shut') {
    return child.reason === 'NOT_STARTED'
      ? refused('CHILD_NOT_STARTED', child.workflowId)
      : say('closed');
  }
  if (child.status === 'finished') {
    return child.outcome === 'completed' ? { do: 'say-held' } : wentBack(child);
  }
  return holds(child) ? { do: 'say-held' } : { do: 'wait' };
}

/**
 * A settle and a cancel need a definite answer: a child that was not started never will be, and one at work is sent
 * back, since it cannot be called off in any other way.
 */
function ofGivingUp(verb: 'settle' | 'cancel', child: ChildKnown): ChildMove {
  if (child === undefined) return { do: 'shut' };
  if (child.kind === 'shut') return say('never');
  if (child.status === 'finished') {
    if (child.outcome !== 'completed')
      return say(child.held && verb === 'cancel' ? 'reversed' : 'never');
    if (verb === 'settle') return { do: 'say-held' };
    return { do: 'say', word: { word: 'irreversible', answer: {} } };
  }
  if (verb === 'settle' && holds(child)) return { do: 'say-held' };
  return rule(child, 'unwind');
}

/** Once it is told to go back it goes back, so a settle of the reversal finishes it. */
function ofUnwind(child: ChildKnown): ChildMove {
  if (child?.kind !== 'saga') return happened;
  if (child.status !== 'finished') return rule(child, 'unwind');
  return child.outcome === 'completed' ? refused('CHILD_RELEASED', child.workflowId) : happened;
}

function ofRelease(child: ChildKnown): ChildMove {
  if (child?.kind !== 'saga') return refused('CHILD_COMPENSATED', 'it never started');
  if (child.status !== 'finished') return rule(child, 'release');
  return child.outcome === 'completed' ? happened : wentBack(child);
}

type Entry = Extract<ChildKnown, { kind: 'saga' }>;

/** Done, and nobody has told it to go back. */
function holds(child: Entry): boolean {
  return child.held && child.verdict !== 'unwind';
}

/** A verdict stands: whatever was decided first is waited for. */
function rule({ verdict }: Entry, wanted: ChildVerdict): ChildMove {
  return verdict === undefined ? { do: 'rule', verdict: wanted } : { do: 'wait' };
}

function wentBack({ outcome, reason = '', workflowId }: Entry): ChildMove {
  const code = outcome === 'cancelled' ? 'CHILD_CANCELLED' : 'CHILD_COMPENSATED';
  return refused(code, `${workflowId}: ${reason}`);
}

function refused(code: string, detail: string): ChildMove {
  return { do: 'say', word: { word: 'refused', code, detail } };
}
