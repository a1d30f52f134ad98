import { canonicalJson } from '../../../platform/kernel/json';
import { Fault } from '../../../platform/kernel/faults';
import type { FaultCode } from '../../../platform/kernel/faults';
import type { Json } from '../../../platform/kernel/json';
import type { StepAnswer, StepMessage } from '../../../platform/kernel/step';
import { consultFence } from '../../../platform/participant/fence-table';
import type { StepRecord } from '../../../platform/participant/fence-table';

/** What one delivery of a message meets. Nothing set: it succeeds. */
export interface Behaviour {
  /** Fault before anything is done. */
  readonly fails?: FaultCode;
  /** Applied, then this fault instead of the reply. */
  readonly losesReply?: FaultCode;
  readonly refuses?: string;
  readonly answers?: Json;
  /** Waits here before it does anything. */
  readonly waitsFor?: Promise<void>;
}

/** A message as it was delivered, and what became of it. */
export interface Delivery {
  readonly message: StepMessage;
  readonly participant: string;
  readonly outcome: string;
}

/**
 * Participants whose fence is the real table and whose business is a script: one counter per step, which an applied
 * forward raises and a reversed effect lowers.
 */
export class ScriptedParticipants {
  readonly deliveries: Delivery[] = [];
  /** Messages that have arrived, answered or not. */
  readonly arrivals: StepMessage[] = [];
  private readonly rows = new Map<string, StepRecord>();
  private readonly nets = new Map<string, number>();
  private readonly once = new Map<string, Behaviour[]>();
  private readonly always = new Map<string, Behaviour>();
  private end = () => {};
  private readonly over = new Promise<void>((resolve) => (this.end = resolve));

  /** The next deliveries of `<kind> <step>` behave like this, one each. */
  next(what: string, ...behaviours: Behaviour[]): this {
    this.once.set(what, [...(this.once.get(what) ?? []), ...behaviours]);
    return this;
  }

  /** All deliveries of `<kind> <step>` behave like this, until told otherwise. */
  from(what: string, behaviour: Behaviour): this {
    this.always.set(what, behaviour);
    return this;
  }

  /** Forgets scripts; what was applied stays. */
  heal(): this {
    this.once.clear();
    this.always.clear();
    return this;
  }

  /** Lets go whatever still waits: a test that failed releases nothing, and its worker could not stop. */
  letGo(): void {
    this.end();
  }

  /** Applied minus reversed, per step of a saga. */
  netsOf(sagaId: string): Record<string, number> {
    const own = [...this.nets].filter(([key]) => key.startsWith(`${sagaId}|`));
    return Object.fromEntries(own.map(([key, net]) => [key.slice(sagaId.length + 1), net]));
  }

  /** Applied minus reversed, per step, of every saga. */
  allNets(): readonly (readonly [step: string, net: number])[] {
    return [...this.nets].map(([key, net]) => [key.slice(key.indexOf('|') + 1), net]);
  }

  deliveriesOf(sagaId: string): Delivery[] {
    return this.deliveries.filter(({ message }) => message.sagaId === sagaId);
  }

  /** Delivers again, without any script, every message a saga ever sent: late copies must change nothing. */
  async redeliverAll(sagaId: string): Promise<void> {
    this.heal();
    for (const { message, participant } of [...this.deliveriesOf(sagaId)]) {
      await this.handle(participant, message).catch((error: unknown) => {
        if (!(error instanceof Fault) && !isRefusal(error)) throw error;
      });
    }
  }

  async handle(participant: string, message: StepMessage): Promise<StepAnswer> {
    this.arrivals.push(message);
    const behaviour = this.behaviourFor(`${message.kind} ${message.step}`);
    await Promise.race([behaviour.waitsFor, this.over]);
    try {
      const answer = this.answer(message, behaviour);
      this.deliveries.push({ message, participant, outcome: answer.answer });
      if (behaviour.losesReply) throw new Fault(behaviour.losesReply, 'the reply is lost');
      return answer;
    } catch (error) {
      const outcome = (error as { code?: string }).code ?? 'unknown';
      this.deliveries.push({ message, participant, outcome });
      throw error;
    }
  }

  private answer(message: StepMessage, behaviour: Behaviour): StepAnswer {
    if (behaviour.fails) throw new Fault(behaviour.fails, 'scripted');
    const key = `${message.sagaId}|${message.step}`;
    const inputHash = message.kind === 'forward' ? canonicalJson(message.input) : '';
    const verdict = consultFence(this.rows.get(key), { ...message, inputHash });
    const base = { epoch: message.epoch, run: message.run, inputHash };
    switch (verdict.do) {
      case 'fault':
        throw new Fault(verdict.code, 'the fence');
      case 'answer':
        if (verdict.write) this.rows.set(key, verdict.write);
        return verdict.answer;
      case 'reverse':
        this.nets.set(key, (this.nets.get(key) ?? 0) - 1);
        this.rows.set(key, { ...base, state: 'undone', result: null, effect: [] });
        return { answer: 'undone' };
      case 'ask':
      case 'conclude':
        throw new Fault('INVARIANT_BROKEN', 'scripted participants call nothing outside');
      case 'apply':
        return this.apply(key, base, behaviour);
    }
  }

  private apply(
    key: string,
    base: Pick<StepRecord, 'epoch' | 'run' | 'inputHash'>,
    { refuses, answers = {} }: Behaviour,
  ): StepAnswer {
    if (refuses !== undefined) {
      const result = { code: refuses, detail: 'scripted' };
      this.rows.set(key, { ...base, state: 'refused', result, effect: [] });
      return { answer: 'refused', ...result };
    }
    const effect = [{ aggregateId: key, type: 'step.applied', data: {}, seq: 1 }];
    this.nets.set(key, (this.nets.get(key) ?? 0) + 1);
    this.rows.set(key, { ...base, state: 'done', result: answers, effect });
    return { answer: 'done', result: answers };
  }

  private behaviourFor(what: string): Behaviour {
    return this.once.get(what)?.shift() ?? this.always.get(what) ?? {};
  }
}

function isRefusal(error: unknown): boolean {
  return (error as { code?: string }).code === 'REFUSED';
}
