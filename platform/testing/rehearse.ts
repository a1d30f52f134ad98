import { faults } from '../kernel/faults';
import type { FaultCode } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { MessageKind } from '../kernel/step';
import type { SagaDefinition } from '../saga/define';
import { parkedCondition } from '../saga/machine/state';
import type { ParkedCondition, Phase, Side } from '../saga/machine/state';
import { InProcessWorld } from './in-process/world';
import type { PersonsAct } from './in-process/world';
import type { Outgoing } from './in-process/saga';

/** What the participant of a step does in a rehearsal; every method answers the rehearsal, so that they chain. */
export interface StepScript {
  /** Its command answers this; without it an empty object. */
  answers(result: Json): Rehearsal;
  /** Its command is refused: a business "no". */
  refuses(code: string): Rehearsal;
  /** Its command meets this fault before anything happens: so many times, or until the saga gives up. */
  faults(code: FaultCode, times?: number): Rehearsal;
  /** It takes effect, and the saga never hears of it: so many times, or until the saga gives up. */
  losesReply(times?: number): Rehearsal;
  /** Its effect cannot be reversed: so many times, or ever. */
  cannotBeUndone(times?: number): Rehearsal;
  /** While its command is on its way, somebody cancels the saga. */
  isCancelled(): Rehearsal;
  /** The deadline passes while its command is on its way. */
  meetsDeadline(): Rehearsal;
  /** An approval is denied, or an event does not come: the reason. */
  isDenied(reason?: string): Rehearsal;
}

/** A parked step, as a person would see it. */
export interface ParkedInRehearsal {
  readonly step: string;
  readonly side: Side;
  readonly condition: ParkedCondition;
  readonly reason: string;
}

/** What happened, once nothing happens by itself any more. */
export interface Story {
  /** How the saga ended; `parked` when it waits for a person. */
  readonly outcome: 'completed' | 'compensated' | 'cancelled' | 'parked';
  /** Why it turned back, or why it is parked. */
  readonly reason?: string;
  /** What the saga function returned. */
  readonly result: Json;
  readonly steps: readonly { readonly name: string; readonly phase: Phase }[];
  /** Every message, for example `forward reserve stock`, in the order it was first sent. */
  readonly sent: readonly string[];
  /** Input of a step's command, as it was sent last. */
  inputOf(step: string): Json | undefined;
  /** Steps that were undone, in their order. */
  readonly undone: readonly string[];
  readonly parked: readonly ParkedInRehearsal[];
  /** Steps whose effect stands. */
  readonly standing: readonly string[];
  /** Everything in words, for a failing test to print. */
  readonly lines: readonly string[];
}

interface Script {
  answers?: Json;
  refuses?: string;
  fault?: { readonly code: FaultCode; times: number };
  lost?: { times: number };
  cannot?: { times: number };
  turn?: 'CANCELLED' | 'DEADLINE';
  denied?: string;
}

/** Bound of a rehearsal: more messages than any sane saga sends. */
const messagesMax = 10_000;

/** Rehearses a saga: its real function and the real engine over participants that say what the script tells them. */
export function rehearse(definition: SagaDefinition, input: Json): Rehearsal {
  return new Rehearsal(definition, definition.contract.input.parse(input) as Json);
}

/** A saga on stage. No server, no clock: a run takes milliseconds, and the same script gives the same story. */
export class Rehearsal {
  private readonly scripts = new Map<string, Script>();
  private readonly world: InProcessWorld;
  private hasStarted = false;
  private isDeadlinePast = false;

  constructor(definition: SagaDefinition, input: Json) {
    this.world = new InProcessWorld(definition, input);
  }

  /** Begins the script of one step, approval or event. */
  when(step: string): StepScript {
    const script = this.scripts.get(step) ?? {};
    this.scripts.set(step, script);
    const set = (change: Script): Rehearsal => {
      Object.assign(script, change);
      return this;
    };
    return {
      answers: (answers) => set({ answers }),
      refuses: (refuses) => set({ refuses }),
      faults: (code, times = Infinity) => set({ fault: { code, times } }),
      losesReply: (times = 1) => set({ lost: { times } }),
      cannotBeUndone: (times = Infinity) => set({ cannot: { times } }),
      isCancelled: () => set({ turn: 'CANCELLED' }),
      meetsDeadline: () => set({ turn: 'DEADLINE' }),
      isDenied: (denied = 'DENIED') => set({ denied }),
    };
  }

  /** Runs until nothing happens by itself any more. */
  async run(): Promise<Story> {
    if (!this.hasStarted) await this.world.start();
    this.hasStarted = true;
    return this.goOn();
  }

  /**
   * A person uses a verb on a parked step, and the saga goes on. Throws the refusal's code when the step does not take
   * the verb as it stands. Scripts of the step are over: the person has mended what was broken.
   */
  async act(act: PersonsAct): Promise<Story> {
    const refusal = await this.world.act(act);
    if (refusal !== undefined) throw new Error(refusal);
    this.scripts.delete(act.step);
    return this.goOn();
  }

  private async goOn(): Promise<Story> {
    for (let count = 0; count < messagesMax; count += 1) {
      const waiting = this.world.saga.machine.steps.find(({ phase }) => phase === 'waiting');
      const [outgoing] = this.world.saga.outgoing;
      if (outgoing !== undefined) await this.carry();
      else if (waiting !== undefined) await this.endWait(waiting.name);
      else return this.story();
    }
    throw new Error(`the saga sent more than ${messagesMax} messages`);
  }

  private async endWait(name: string): Promise<void> {
    const { answers, denied } = this.scripts.get(name) ?? {};
    const data = answers === undefined ? {} : { data: answers };
    await this.world.endWait(name, denied === undefined ? data : { refusal: denied });
  }

  private async carry(): Promise<void> {
    for (const outgoing of this.world.post()) {
      const { kind, step } = outgoing.message;
      const script = this.scripts.get(step) ?? {};
      if (kind === 'forward' && script.turn !== undefined) {
        const { turn } = script;
        delete script.turn;
        if (turn === 'DEADLINE') this.isDeadlinePast = true;
        await this.world.turn(turn === 'CANCELLED' ? 'cancel' : 'fault', turn);
      }
      await this.attempt(outgoing, script);
    }
  }

  /** Attempts follow one another as the engine's retries do, until one is answered or the saga gives up. */
  private async attempt(outgoing: Outgoing, script: Script): Promise<void> {
    const { kind } = outgoing.message;
    const before = kind === 'forward' ? script.fault : undefined;
    if (before !== undefined && before.times > 0) {
      const isLasting = faults[before.code].action !== 'retry' || before.times === Infinity;
      before.times -= 1;
      if (!isLasting) return this.attempt(outgoing, script);
      const outcome = {
        kind: 'fault',
        code: before.code,
        action: faults[before.code].action,
      } as const;
      return this.world.hear(outgoing, outcome, this.isDeadlinePast);
    }
    const outcome = await this.world.deliver(outgoing, businessOf(kind, script));
    const lost = kind === 'forward' ? script.lost : undefined;
    if (lost === undefined || lost.times <= 0) {
      return this.world.hear(outgoing, outcome, this.isDeadlinePast);
    }
    const isLasting = lost.times === Infinity;
    lost.times -= 1;
    if (!isLasting) return this.attempt(outgoing, script);
    return this.world.hear(outgoing, { kind: 'unknown', code: 'NO_ANSWER' });
  }

  private async story(): Promise<Story> {
    const { saga, sent, delivered } = this.world;
    if (saga.ending !== undefined && this.world.finished === undefined) this.world.finish();
    const { steps } = saga.machine;
    const parked = steps.flatMap((step) => parkedOf(step));
    const reason = saga.ending?.reason ?? parked[0]?.reason;
    const nets = await Promise.all(
      steps.map(async ({ name }) => ({ name, ...(await this.world.netOf(name)) })),
    );
    return {
      outcome: saga.ending?.outcome ?? 'parked',
      ...(reason === undefined ? {} : { reason }),
      result: saga.result,
      steps: steps.map(({ name, phase }) => ({ name, phase })),
      sent: sent.map(({ message }) => `${message.kind} ${message.step}`),
      inputOf: (step) =>
        sent.findLast(({ message }) => message.kind === 'forward' && message.step === step)?.message
          .input,
      undone: delivered
        .filter(({ outcome }) => outcome.kind === 'undone')
        .map(({ outgoing }) => outgoing.message.step),
      parked,
      standing: nets.filter(({ net }) => net === 1).map(({ name }) => name),
      lines: this.world.story,
    };
  }
}

function parkedOf(step: Parameters<typeof parkedCondition>[0]): readonly ParkedInRehearsal[] {
  const condition = parkedCondition(step);
  const { name, side, reason } = step;
  return condition === undefined ? [] : [{ step: name, side, condition, reason }];
}

function businessOf(kind: MessageKind, script: Script) {
  const { answers, refuses, cannot } = script;
  if (kind === 'undo') {
    const isImpossible = cannot !== undefined && cannot.times > 0;
    if (isImpossible) cannot.times -= 1;
    return { cannot: isImpossible };
  }
  return {
    ...(answers === undefined ? {} : { answers }),
    ...(refuses === undefined ? {} : { refuses }),
  };
}
