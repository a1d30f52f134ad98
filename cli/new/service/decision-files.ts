import { filled } from './service-names';
import type { ServiceNames } from './service-names';

/** `state.ts`: its facts, and what they come to. */
export const stateOf = (names: ServiceNames): string => filled(stateText, names);

const stateText = `\
import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';

/** \`made\` is held by a saga; the others are at rest. */
export type __Aggregate__Status = 'made' | 'cancelled' | 'confirmed';

/** Aggregate \`__aggregate__/<id>\`. */
export type __Aggregate__State = {
  readonly kind: '__aggregate__';
  readonly __aggregate__Id: string;
  readonly customerId: string;
  readonly item: string;
  readonly status: __Aggregate__Status;
  /** Saga that made it: the only one that may make it again after its own undo. */
  readonly madeBy: string;
  /** Semantic lock: the saga at work on it; null while it is at rest. */
  readonly heldBy: string | null;
  /** Number of the event that took the lock: an undo reverses that very event. */
  readonly heldSinceSeq: number | null;
};

type __Aggregate__Ref = { readonly __aggregate__Id: string };

/** Every fact there is, by event type. */
export type __Aggregate__Facts = {
  '__aggregate__.made': Pick<__Aggregate__State, '__aggregate__Id' | 'customerId' | 'item'> & {
    readonly heldBy: string;
  };
  '__aggregate__.cancelled': __Aggregate__Ref;
  '__aggregate__.confirmed': __Aggregate__Ref;
};

type __Aggregate__Fact = {
  [Type in keyof __Aggregate__Facts]: { readonly type: Type; readonly data: __Aggregate__Facts[Type] };
}[keyof __Aggregate__Facts];

/** Id of the aggregate. */
export function __aggregate__Aggregate(__aggregate__Id: string): string {
  return \`__aggregate__/\${__aggregate__Id}\`;
}

/** Builds the event of a fact. */
export function __aggregate__Fact<Type extends keyof __Aggregate__Facts>(
  type: Type,
  data: __Aggregate__Facts[Type],
): NewEvent {
  return { aggregateId: __aggregate__Aggregate(data.__aggregate__Id), type, data };
}

const unheld = { heldBy: null, heldSinceSeq: null } as const;

/** The fold of its events; throws \`INVARIANT_BROKEN\` for one that cannot come where it stands. */
export function evolve__Aggregate__(
  state: __Aggregate__State | undefined,
  event: RecordedEvent,
): __Aggregate__State {
  const fact = event as unknown as __Aggregate__Fact;
  if (fact.type === '__aggregate__.made') {
    const { heldBy, ...made } = fact.data;
    const lock = { madeBy: heldBy, heldBy, heldSinceSeq: event.seq };
    return { kind: '__aggregate__', ...made, status: 'made', ...lock };
  }
  if (state?.status !== 'made') throw outOfPlace(event);
  switch (fact.type) {
    case '__aggregate__.cancelled':
      return { ...state, status: 'cancelled', ...unheld };
    case '__aggregate__.confirmed':
      return { ...state, status: 'confirmed', ...unheld };
    default:
      throw outOfPlace(event);
  }
}
`;

/** `decider.ts`: what may be done, as pure functions. */
export const deciderOf = (names: ServiceNames): string => filled(deciderText, names);

const deciderText = `\
import type { z } from 'zod';
import type { Decision, RecordedEvent } from '../../platform/kernel/decision';
import { busy, happened, impossible, refused } from '../../platform/kernel/decision';
import type { DecisionContext, States } from '../../platform/participant/service';
import type { __name__ } from './contract';
import type { __Aggregate__State } from './state';
import { __aggregate__Aggregate, __aggregate__Fact } from './state';

type Commands = (typeof __name__)['contract']['commands'];
type __Aggregate__States = States<__Aggregate__State>;
type Make = z.output<Commands['make']['input']>;
type Confirm = z.output<Commands['confirm']['input']>;

/**
 * Makes one and takes its lock. An id is used once: even a cancelled one keeps it, since its history stays. Only the
 * saga that made it may make it again, after its own undo (resume forward).
 */
export function make__Aggregate__(
  states: __Aggregate__States,
  input: Make,
  context: DecisionContext,
): Decision {
  const found = states(__aggregate__Aggregate(input.__aggregate__Id));
  const isOurOwnUndone = found?.status === 'cancelled' && found.madeBy === context.sagaId;
  if (found !== undefined && !isOurOwnUndone) {
    return refused('ALREADY_MADE', \`__aggregate__ \${input.__aggregate__Id} is \${found.status}\`);
  }
  return happened([__aggregate__Fact('__aggregate__.made', { ...input, heldBy: context.sagaId })]);
}

/** Undo of make: possible exactly while that very effect still holds it. */
export function cancel__Aggregate__(
  states: __Aggregate__States,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const held = effect.flatMap(({ aggregateId, seq }) => {
    const found = states(aggregateId);
    return found?.heldBy === context.sagaId && found.heldSinceSeq === seq ? [found] : [];
  });
  if (held.length < effect.length) return impossible('it is no longer ours to cancel');
  return happened(
    held.map(({ __aggregate__Id }) => __aggregate__Fact('__aggregate__.cancelled', { __aggregate__Id })),
  );
}

/** Ends the making and releases the lock: from here on it cannot be cancelled by its saga. */
export function confirm__Aggregate__(
  states: __Aggregate__States,
  { __aggregate__Id }: Confirm,
  context: DecisionContext,
): Decision {
  const found = states(__aggregate__Aggregate(__aggregate__Id));
  if (found?.status !== 'made') {
    return refused('NOT_MADE', \`__aggregate__ \${__aggregate__Id} is \${found?.status ?? 'unknown'}\`);
  }
  if (found.heldBy !== context.sagaId) return busy(found.heldBy ?? '');
  return happened([__aggregate__Fact('__aggregate__.confirmed', { __aggregate__Id })]);
}
`;

/** `identities.ts`: what must always be true of it. */
export const identitiesOf = ({ aggregate, Aggregate }: ServiceNames): string => `\
import type { ServiceIdentities } from '../../platform/host/identity';
import type { ${Aggregate}State } from './state';

/** One is held exactly while a saga is at work on it. */
export const ${aggregate}Identities: ServiceIdentities<${Aggregate}State> = {
  alone({ id, state }) {
    if ((state.heldBy !== null) === (state.status === 'made')) return [];
    const detail = \`status \${state.status}, held by \${state.heldBy ?? 'nobody'}\`;
    return [{ identity: 'HELD_WHILE_MADE', aggregateId: id, detail }];
  },
};
`;

/** Its unit test: the decisions, given what was, when a command comes. */
export const testOf = (names: ServiceNames): string => filled(testText, names);

const testText = `\
import { __aggregate__Identities } from '../../../activities/__name__/identities';
import { __name__Service } from '../../../activities/__name__/service';
import { __aggregate__Fact } from '../../../activities/__name__/state';
import { identitiesOver } from '../../../platform/host/identity';
import { given } from '../../../platform/testing/given-when-then';

const __aggregate__Id = 'b-1';
const id = '__aggregate__/b-1';
const wanted = { __aggregate__Id, customerId: 'c-1', item: 'lamp' };
const made = __aggregate__Fact('__aggregate__.made', { ...wanted, heldBy: 'saga-a' });
const cancelled = __aggregate__Fact('__aggregate__.cancelled', { __aggregate__Id });
const confirmed = __aggregate__Fact('__aggregate__.confirmed', { __aggregate__Id });

test('one that is made is held by its saga, and one that is confirmed by nobody', () => {
  const { rehearsal, when } = given(__name__Service);
  when('make', wanted).thenHappened(made);
  expect(rehearsal.state(id)).toMatchObject({ status: 'made', heldBy: 'saga-a' });
  when('confirm', { __aggregate__Id }).thenHappened(confirmed);
  expect(rehearsal.state(id)).toMatchObject({ status: 'confirmed', heldBy: null });
});

test.each([
  ['made', [made]],
  ['confirmed', [made, confirmed]],
  ['cancelled', [made, cancelled]],
])('an id is used once: over one that is %s it is refused', (_status, history) => {
  given(__name__Service, ...history)
    .when('make', wanted, 'saga-b')
    .thenRefused('ALREADY_MADE');
});

test('its own saga may make it again after its own undo', () => {
  given(__name__Service, made, cancelled).when('make', wanted).thenHappened(made);
});

test('an undo cancels what it made', () => {
  const { when, whenUndone } = given(__name__Service);
  const effect = when('make', wanted).recorded;
  whenUndone('cancel', effect).thenHappened(cancelled);
});

test('an undo is impossible once it was confirmed, and over what another saga holds', () => {
  const { when, whenUndone } = given(__name__Service);
  const effect = when('make', wanted).recorded;
  whenUndone('cancel', effect, 'saga-b').thenImpossible();
  when('confirm', { __aggregate__Id }).thenHappened(confirmed);
  whenUndone('cancel', effect).thenImpossible();
});

test('nothing is confirmed that was not made, or is not ours', () => {
  given(__name__Service).when('confirm', { __aggregate__Id }).thenRefused('NOT_MADE');
  given(__name__Service, made).when('confirm', { __aggregate__Id }, 'saga-b').thenBusy('saga-a');
});

test('one that is held and at rest breaks an identity', () => {
  const { rehearsal, when } = given(__name__Service);
  when('make', wanted).thenHappened(made);
  const state = rehearsal.state(id);
  const found = (changes: object) =>
    identitiesOver(__aggregate__Identities)([{ id, state: { ...state, ...changes } } as never]);
  expect(found({})).toEqual([]);
  expect(found({ heldBy: null })).toMatchObject([{ identity: 'HELD_WHILE_MADE' }]);
});
`;
