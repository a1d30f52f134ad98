import type { ServiceNames } from './service-names';

/** `state.ts`: its facts, and what they come to. */
export const stateOf = (names: ServiceNames): string => {
  const { aggregate, Aggregate } = names;
  return `\
import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';

/** \`made\` is held by a saga; the others are at rest. */
export type ${Aggregate}Status = 'made' | 'cancelled' | 'confirmed';

/** Aggregate \`${aggregate}/<id>\`. */
export type ${Aggregate}State = {
  readonly kind: '${aggregate}';
  readonly ${aggregate}Id: string;
  readonly customerId: string;
  readonly item: string;
  readonly status: ${Aggregate}Status;
  /** Saga that made it: the only one that may make it again after its own undo. */
  readonly madeBy: string;
  /** Semantic lock: the saga at work on it; null while it is at rest. */
  readonly heldBy: string | null;
  /** Number of the event that took the lock: an undo reverses that very event. */
  readonly heldSinceSeq: number | null;
};

type ${Aggregate}Ref = { readonly ${aggregate}Id: string };

/** Every fact there is, by event type. */
export type ${Aggregate}Facts = {
  '${aggregate}.made': Pick<${Aggregate}State, '${aggregate}Id' | 'customerId' | 'item'> & {
    readonly heldBy: string;
  };
  '${aggregate}.cancelled': ${Aggregate}Ref;
  '${aggregate}.confirmed': ${Aggregate}Ref;
};

type ${Aggregate}Fact = {
  [Type in keyof ${Aggregate}Facts]: { readonly type: Type; readonly data: ${Aggregate}Facts[Type] };
}[keyof ${Aggregate}Facts];

/** Id of the aggregate. */
export function ${aggregate}Aggregate(${aggregate}Id: string): string {
  return \`${aggregate}/\${${aggregate}Id}\`;
}

/** Builds the event of a fact. */
export function ${aggregate}Fact<Type extends keyof ${Aggregate}Facts>(
  type: Type,
  data: ${Aggregate}Facts[Type],
): NewEvent {
  return { aggregateId: ${aggregate}Aggregate(data.${aggregate}Id), type, data };
}

const unheld = { heldBy: null, heldSinceSeq: null } as const;

/** The fold of its events; throws \`INVARIANT_BROKEN\` for one that cannot come where it stands. */
export function evolve${Aggregate}(
  state: ${Aggregate}State | undefined,
  event: RecordedEvent,
): ${Aggregate}State {
  const fact = event as unknown as ${Aggregate}Fact;
  if (fact.type === '${aggregate}.made') {
    const { heldBy, ...made } = fact.data;
    const lock = { madeBy: heldBy, heldBy, heldSinceSeq: event.seq };
    return { kind: '${aggregate}', ...made, status: 'made', ...lock };
  }
  if (state?.status !== 'made') throw outOfPlace(event);
  switch (fact.type) {
    case '${aggregate}.cancelled':
      return { ...state, status: 'cancelled', ...unheld };
    case '${aggregate}.confirmed':
      return { ...state, status: 'confirmed', ...unheld };
    default:
      throw outOfPlace(event);
  }
}
`;
};

/** `decider.ts`: what may be done, as pure functions. */
export const deciderOf = (names: ServiceNames): string => {
  const { name, aggregate, Aggregate } = names;
  return `\
import type { z } from 'zod';
import type { Decision, RecordedEvent } from '../../platform/kernel/decision';
import { busy, happened, impossible, refused } from '../../platform/kernel/decision';
import type { DecisionContext, States } from '../../platform/participant/service';
import type { ${name} } from './contract';
import type { ${Aggregate}State } from './state';
import { ${aggregate}Aggregate, ${aggregate}Fact } from './state';

type Commands = (typeof ${name})['contract']['commands'];
type ${Aggregate}States = States<${Aggregate}State>;
type Make = z.output<Commands['make']['input']>;
type Confirm = z.output<Commands['confirm']['input']>;

/**
 * Makes one and takes its lock. An id is used once: even a cancelled one keeps it, since its history stays. Only the
 * saga that made it may make it again, after its own undo (resume forward).
 */
export function make${Aggregate}(
  states: ${Aggregate}States,
  input: Make,
  context: DecisionContext,
): Decision {
  const found = states(${aggregate}Aggregate(input.${aggregate}Id));
  const isOurOwnUndone = found?.status === 'cancelled' && found.madeBy === context.sagaId;
  if (found !== undefined && !isOurOwnUndone) {
    return refused('ALREADY_MADE', \`${aggregate} \${input.${aggregate}Id} is \${found.status}\`);
  }
  return happened([${aggregate}Fact('${aggregate}.made', { ...input, heldBy: context.sagaId })]);
}

/** Undo of make: possible exactly while that very effect still holds it. */
export function cancel${Aggregate}(
  states: ${Aggregate}States,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const held = effect.flatMap(({ aggregateId, seq }) => {
    const found = states(aggregateId);
    return found?.heldBy === context.sagaId && found.heldSinceSeq === seq ? [found] : [];
  });
  if (held.length < effect.length) return impossible('it is no longer ours to cancel');
  return happened(
    held.map(({ ${aggregate}Id }) => ${aggregate}Fact('${aggregate}.cancelled', { ${aggregate}Id })),
  );
}

/** Ends the making and releases the lock: from here on it cannot be cancelled by its saga. */
export function confirm${Aggregate}(
  states: ${Aggregate}States,
  { ${aggregate}Id }: Confirm,
  context: DecisionContext,
): Decision {
  const found = states(${aggregate}Aggregate(${aggregate}Id));
  if (found?.status !== 'made') {
    return refused('NOT_MADE', \`${aggregate} \${${aggregate}Id} is \${found?.status ?? 'unknown'}\`);
  }
  if (found.heldBy !== context.sagaId) return busy(found.heldBy ?? '');
  return happened([${aggregate}Fact('${aggregate}.confirmed', { ${aggregate}Id })]);
}
`;
};

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
export const testOf = (names: ServiceNames): string => {
  const { name, aggregate } = names;
  return `\
import { ${aggregate}Identities } from '../../../activities/${name}/identities';
import { ${name}Service } from '../../../activities/${name}/service';
import { ${aggregate}Fact } from '../../../activities/${name}/state';
import { identitiesOver } from '../../../platform/host/identity';
import { given } from '../../../platform/testing/given-when-then';

const ${aggregate}Id = 'b-1';
const id = '${aggregate}/b-1';
const wanted = { ${aggregate}Id, customerId: 'c-1', item: 'lamp' };
const made = ${aggregate}Fact('${aggregate}.made', { ...wanted, heldBy: 'saga-a' });
const cancelled = ${aggregate}Fact('${aggregate}.cancelled', { ${aggregate}Id });
const confirmed = ${aggregate}Fact('${aggregate}.confirmed', { ${aggregate}Id });

test('one that is made is held by its saga, and one that is confirmed by nobody', () => {
  const { rehearsal, when } = given(${name}Service);
  when('make', wanted).thenHappened(made);
  expect(rehearsal.state(id)).toMatchObject({ status: 'made', heldBy: 'saga-a' });
  when('confirm', { ${aggregate}Id }).thenHappened(confirmed);
  expect(rehearsal.state(id)).toMatchObject({ status: 'confirmed', heldBy: null });
});

test.each([
  ['made', [made]],
  ['confirmed', [made, confirmed]],
  ['cancelled', [made, cancelled]],
])('an id is used once: over one that is %s it is refused', (_status, history) => {
  given(${name}Service, ...history)
    .when('make', wanted, 'saga-b')
    .thenRefused('ALREADY_MADE');
});

test('its own saga may make it again after its own undo', () => {
  given(${name}Service, made, cancelled).when('make', wanted).thenHappened(made);
});

test('an undo cancels what it made', () => {
  const { when, whenUndone } = given(${name}Service);
  const effect = when('make', wanted).recorded;
  whenUndone('cancel', effect).thenHappened(cancelled);
});

test('an undo is impossible once it was confirmed, and over what another saga holds', () => {
  const { when, whenUndone } = given(${name}Service);
  const effect = when('make', wanted).recorded;
  whenUndone('cancel', effect, 'saga-b').thenImpossible();
  when('confirm', { ${aggregate}Id }).thenHappened(confirmed);
  whenUndone('cancel', effect).thenImpossible();
});

test('nothing is confirmed that was not made, or is not ours', () => {
  given(${name}Service).when('confirm', { ${aggregate}Id }).thenRefused('NOT_MADE');
  given(${name}Service, made).when('confirm', { ${aggregate}Id }, 'saga-b').thenBusy('saga-a');
});

test('one that is held and at rest breaks an identity', () => {
  const { rehearsal, when } = given(${name}Service);
  when('make', wanted).thenHappened(made);
  const state = rehearsal.state(id);
  const found = (changes: object) =>
    identitiesOver(${aggregate}Identities)([{ id, state: { ...state, ...changes } } as never]);
  expect(found({})).toEqual([]);
  expect(found({ heldBy: null })).toMatchObject([{ identity: 'HELD_WHILE_MADE' }]);
});
`;
};
