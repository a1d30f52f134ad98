import type { ScriptedParticipants } from '../support/scripted-participants';
import { orderInput } from '../support/requests';

/** One way a saga goes when nobody cancels it. */
export interface Play {
  readonly name: string;
  readonly saga: 'place-order';
  readonly input: ReturnType<typeof orderInput>;
  /** What the participants do, once a saga. */
  script(participants: ScriptedParticipants): void;
  /** How it ends undisturbed. */
  readonly outcome: 'completed' | 'compensated';
  /** The step whose refusal turns it back. */
  readonly refusedStep?: string;
}

const refuse = (step: string) => (participants: ScriptedParticipants) => {
  participants.next(`forward ${step}`, { refuses: 'SAID_NO' });
};
const common = { saga: 'place-order', input: orderInput() } as const;

/** Forward to the end, back from a branch, back from the pivot, and parked after it. */
export const plays: readonly Play[] = [
  { ...common, name: 'completed', script: () => undefined, outcome: 'completed' },
  {
    ...common,
    name: 'a branch refused',
    script: refuse('authorize payment'),
    outcome: 'compensated',
    refusedStep: 'authorize payment',
  },
  {
    ...common,
    name: 'the pivot refused',
    script: refuse('capture payment'),
    outcome: 'compensated',
    refusedStep: 'capture payment',
  },
  {
    ...common,
    name: 'parked after the pivot and tried again',
    script: refuse('ship stock'),
    outcome: 'completed',
  },
];
