import type { Ending } from '../../../platform/saga/plan/direction';
import type { Effect, Input, Next } from '../../../platform/saga/machine/protocol';
import type { MachineState, OpenedStep } from '../../../platform/saga/machine/state';
import type { Rules } from '../rules';
import type { LaneMessage } from './lane';
import { wanted } from './shape';
import type { Shape, ShapeStep } from './shape';

/** One run of the saga: the real machine, its function as a static structure, and what a worker keeps beside it. */
export interface Engine {
  readonly machine: MachineState;
  readonly run: string;
  /** Steps that the function asked for, and that it was told are resolved; a bit each. */
  readonly opened: number;
  readonly resolved: number;
  readonly hasEnded: boolean;
  /** Input of each step: `a`, `b` after `retry-with-input`. */
  readonly inputs: string;
}

/** What one input made the engine do. */
export interface Reaction {
  readonly engine: Engine;
  /** In the order of their effects: messages sent, by step. */
  readonly sends: readonly { readonly step: number; readonly text: string }[];
  readonly ending?: Ending;
}

/** How steps of a model's saga behave when a fault lasts. */
export interface Manner {
  readonly shape: Shape;
  /** Every step of the saga's function, of today's and of the one a recovery runs. */
  readonly steps: readonly ShapeStep[];
  readonly onFault: OpenedStep['onFault'];
  /** The saga's function goes on at once; otherwise anything may happen first. */
  readonly isPrompt: boolean;
  /** Steps that park before they are sent, by name: the history guard. */
  readonly parkAs?: { readonly [step: string]: string };
  /** What the saga's function looks like when a recovery runs it, where it has changed meanwhile. */
  readonly recoveryShape?: Shape;
}

export function startEngine(rules: Rules, manner: Manner, run: string): Reaction {
  const inputs = 'a'.repeat(manner.steps.length);
  const machine = rules.initialState;
  const engine: Engine = { machine, run, opened: 0, resolved: 0, hasEnded: false, inputs };
  return settled(rules, manner, engine, { state: machine, effects: [] });
}

/** A run that begins with what is known of earlier ones. */
export function startRecovery(
  rules: Rules,
  manner: Manner,
  beginning: { readonly next: Next; readonly run: string; readonly inputs: string },
): Reaction {
  const { next, run, inputs } = beginning;
  const begun = rules.begin(next);
  const engine: Engine = {
    ...{ machine: begun.state, run, inputs, opened: 0, resolved: 0, hasEnded: false },
  };
  return settled(rules, manner, engine, begun);
}

export function react(rules: Rules, manner: Manner, engine: Engine, input: Input): Reaction {
  return settled(rules, manner, engine, rules.next(engine.machine, input));
}

/** Two inputs with nothing in between. */
export function reactTwice(
  rules: Rules,
  manner: Manner,
  engine: Engine,
  { input, then }: { readonly input: Input; readonly then: Input | undefined },
): Reaction {
  const first = react(rules, manner, engine, input);
  if (then === undefined) return first;
  const second = react(rules, manner, first.engine, then);
  return { ...second, sends: [...first.sends, ...second.sends] };
}

/** Carries out effects, and lets the saga's function go on where it can. */
function settled(rules: Rules, manner: Manner, before: Engine, first: Next): Reaction {
  const sends: { step: number; text: string }[] = [];
  let engine = before;
  let ending: Ending | undefined;
  const apply = ({ state, effects }: Next): void => {
    engine = { ...engine, machine: state };
    for (const effect of effects) {
      engine = afterEffect(manner, engine, effect);
      if (effect.do === 'send') sends.push(sentBy(manner, engine, effect));
      if (effect.do === 'end') ending = effect.ending;
    }
  };
  apply(first);
  for (let input = bodyInput(manner, engine); manner.isPrompt && input;) {
    engine = noted(manner, engine, input);
    apply(rules.next(engine.machine, input));
    input = bodyInput(manner, engine);
  }
  return { engine: canonical(engine), sends, ...(ending === undefined ? {} : { ending }) };
}

const resting: readonly string[] = [
  'going',
  'waiting',
  'ready',
  'undoing',
  'done',
  'undone',
  'skipped',
  'left',
];

/** Forgets what no rule reads: side and reason of a step that neither is settled nor waits for a person. */
function canonical(engine: Engine): Engine {
  const steps = engine.machine.steps.map((step) =>
    resting.includes(step.phase) ? ({ ...step, side: 'forward', reason: '' } as const) : step,
  );
  return { ...engine, machine: { ...engine.machine, steps } };
}

/** One move of the saga's function, where it does not go on at once. */
export function moveBody(rules: Rules, manner: Manner, engine: Engine): Reaction | undefined {
  const input = bodyInput(manner, engine);
  if (input === undefined) return undefined;
  return react(rules, manner, noted(manner, engine, input), input);
}

export function bodyInput(manner: Manner, engine: Engine): Input | undefined {
  if (['ended', 'halted'].includes(engine.machine.mode)) return undefined;
  const shape = bodyOf(manner, engine);
  const waits = wanted(shape.items, engine.resolved);
  if (waits.length === 0) return engine.hasEnded ? undefined : { on: 'body-ended' };
  const next = waits.find((step) => ((engine.opened >> step) & 1) === 0);
  if (next === undefined) return undefined;
  const step = shape.steps[next]!;
  const parkAs = manner.parkAs?.[step.name];
  const onFault = step.kind === 'retriable' ? 'park' : manner.onFault;
  return { on: 'open', step: { ...step, onFault, ...(parkAs === undefined ? {} : { parkAs }) } };
}

function bodyOf(manner: Manner, engine: Engine): Shape {
  const isRecovery = engine.machine.generation > 0;
  return isRecovery ? (manner.recoveryShape ?? manner.shape) : manner.shape;
}

function noted(manner: Manner, engine: Engine, input: Input): Engine {
  if (input.on !== 'open') return { ...engine, hasEnded: true };
  const step = indexOf(bodyOf(manner, engine), input.step.name);
  return { ...engine, opened: engine.opened | (1 << step) };
}

function afterEffect(manner: Manner, engine: Engine, effect: Effect): Engine {
  if (effect.do === 'resolve') {
    const step = indexOf(bodyOf(manner, engine), effect.step);
    return { ...engine, resolved: engine.resolved | (1 << step) };
  }
  if (effect.do !== 'send' || effect.newInput === undefined) return engine;
  const inputs = [...engine.inputs];
  inputs[indexOf(manner, effect.step)] = 'b';
  return { ...engine, inputs: inputs.join('') };
}

function sentBy(manner: Manner, engine: Engine, effect: Extract<Effect, { do: 'send' }>) {
  const step = indexOf(manner, effect.step);
  const { message: kind, epoch } = effect;
  const input = kind === 'forward' ? engine.inputs[step]! : '';
  const message: LaneMessage = { kind, epoch, run: engine.run, input };
  return { step, text: JSON.stringify(message) };
}

/** Position of a step among all of a saga's. */
export function indexOf({ steps }: { readonly steps: readonly ShapeStep[] }, name: string): number {
  const index = steps.findIndex((step) => step.name === name);
  if (index < 0) throw new Error(`the saga has no step "${name}"`);
  return index;
}
