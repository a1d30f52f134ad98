import type { StepKind } from '../../kernel/step';
import { ahead } from '../plan/direction';
import { unsent } from '../plan/epochs';
import type { Place } from '../plan/way-back';
import type { Draft, Next } from './protocol';
import { change, fact, settle } from './send';
import { initialState } from './state';
import type { MachineState, MachineStep, Phase } from './state';

/** What the journal says a person decided about a step; it stands, and the step is not asked. */
export type Verdict = 'skipped' | 'left' | 'done-externally' | 'undone-externally';

/** A step whose forward was ever scheduled by an earlier run of the saga. */
export interface StartedStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly place: Place;
  readonly verdict?: Verdict;
}

/** What a recovery begins with: everything that earlier runs started, in their order. */
export interface Recovery {
  /** Taken from the journal before anything is sent; above every generation before it. */
  readonly generation: number;
  readonly started: readonly StartedStep[];
  /** A child saga that was done and awaits its parent's decision: it stands until then. */
  readonly held?: boolean;
  /** Why it is needed, for example TERMINATED: the reason of a saga that ends compensated by it. */
  readonly reason: string;
}

const phaseOfVerdict: Record<Verdict, Phase> = {
  skipped: 'skipped',
  left: 'left',
  'done-externally': 'done',
  'undone-externally': 'undone',
};

/**
 * A recovery at its beginning: the pivot decides, so it is settled first. Done, or marked as done by a person, the
 * saga function goes forward over what stands; not done, or never started, everything started is undone.
 */
export function beginRecovery({ generation, started, reason, held = false }: Recovery): Next {
  const steps = started.map(recoveredStep);
  const state: MachineState = {
    ...initialState,
    ...{ generation, isRecovery: true, mode: 'deciding', steps },
  };
  const draft: Draft = { state, effects: [] };
  const pivot = steps.find((step) => step.kind === 'pivot');
  if (pivot === undefined && held) goOnHolding(draft);
  else if (pivot === undefined) goBack(draft, reason);
  else if (pivot.phase === 'done') goOn(draft);
  else settle(draft, pivot.name, 'forward', reason);
  return draft;
}

function recoveredStep({ verdict, ...started }: StartedStep): MachineStep {
  return {
    ...started,
    onFault: 'compensate',
    phase: verdict === undefined ? 'recovered' : phaseOfVerdict[verdict],
    counter: unsent,
    side: 'forward',
    unsettled: false,
    reason: '',
    refused: false,
    nothingStands: false,
    external: verdict?.endsWith('externally') ?? false,
    awaited: false,
    resolved: false,
  };
}

function goOn(draft: Draft): void {
  draft.state = { ...draft.state, mode: 'forward' };
  fact(draft, { kind: 'pivot-done' });
}

/** Its parent believes that it stands, so nothing but the parent turns it back. */
function goOnHolding(draft: Draft): void {
  draft.state = { ...draft.state, mode: 'forward' };
  fact(draft, { kind: 'pivot-scheduled' });
}

function goBack(draft: Draft, reason: string): void {
  const direction = { ...ahead, turn: { cause: 'fault', reason } } as const;
  draft.state = { ...draft.state, mode: 'unwinding', direction };
}

/** The pivot was not done, and no late copy can do it any more: everything started goes back. */
export function decideBack(draft: Draft, pivot: MachineStep): void {
  change(draft, pivot.name, { phase: 'failed', nothingStands: true });
  goBack(draft, pivot.reason);
}
