import { canonicalJson } from '../../../platform/kernel/json';
import { Fault } from '../../../platform/kernel/faults';
import type { FaultCode } from '../../../platform/kernel/faults';
import type { Json } from '../../../platform/kernel/json';
import type { StepAnswer, StepMessage } from '../../../platform/kernel/step';
import {
  createActivities,
  createSagaRecordActivities,
} from '../../../platform/participant/activities';
import type { Admit } from '../../../platform/participant/admission';
import { consultClosing, consultTakeover } from '../../../platform/participant/closing';
import type { HandleOptions } from '../../../platform/participant/handle';
import type { StepProvenance, StepRecord } from '../../../platform/participant/fence-table';
import { provenanceOf } from '../../../platform/participant/provenance';
import type { SagaRecords, StepRow } from '../../../platform/participant/saga-records';

/** What one delivery of a message meets. Nothing set: it succeeds. */
export interface Behaviour {
  /** Fault before anything is done. */
  readonly fails?: FaultCode;
  /** Applied, then this fault instead of the reply. */
  readonly losesReply?: FaultCode;
  readonly refuses?: string;
  readonly answers?: Json;
  /** Called when it arrives. */
  readonly arrives?: () => void;
  /** Waits here before it does anything. */
  readonly waitsFor?: Promise<void>;
}

/** A message as it was delivered, and what became of it. */
export interface Delivery {
  readonly message: StepMessage;
  readonly participant: string;
  readonly outcome: string;
}

/** What a recovery sends to close a participant. */
interface SagaToClose {
  readonly sagaId: string;
  readonly generation: number;
  readonly run: string;
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
  private readonly closings = new Map<string, StepRecord>();
  /** What a row says of where it came from, and whose it is. */
  private readonly origins = new Map<string, StepProvenance & { readonly participant: string }>();
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

  /** What a participant's worker offers: its commands, and to be closed for a saga. */
  activitiesOf(contract: Parameters<typeof createActivities>[1], admit?: Admit) {
    const { name } = contract;
    const unasked = () => Promise.reject(new Fault('INVARIANT_BROKEN', 'nobody asks for this'));
    const close: SagaRecords['close'] = (request) => this.close(name, request as SagaToClose);
    return {
      ...createActivities(
        { handle: (message, how) => this.handle(name, message, how) },
        contract,
        admit,
      ),
      ...createSagaRecordActivities({ close, rows: unasked, trim: unasked }, contract),
    };
  }

  async handle(
    participant: string,
    message: StepMessage,
    how: HandleOptions = {},
  ): Promise<StepAnswer> {
    this.arrivals.push(message);
    const scripted = this.behaviourFor(`${message.kind} ${message.step}`);
    scripted.arrives?.();
    const refuses = how.barred?.code ?? scripted.refuses;
    const behaviour = refuses === undefined ? scripted : { ...scripted, refuses };
    await Promise.race([behaviour.waitsFor, this.over]);
    try {
      const answer = this.answer(participant, message, behaviour);
      this.deliveries.push({ message, participant, outcome: answer.answer });
      if (behaviour.losesReply) throw new Fault(behaviour.losesReply, 'the reply is lost');
      return answer;
    } catch (error) {
      const outcome = (error as { code?: string }).code ?? 'unknown';
      this.deliveries.push({ message, participant, outcome });
      throw error;
    }
  }

  /** Takes a saga over and answers its rows, as a participant's activity `close` does; a script may name it. */
  private async close(
    participant: string,
    request: SagaToClose,
  ): Promise<{ readonly rows: readonly StepRow[] }> {
    const behaviour = this.behaviourFor(`close ${participant}`);
    await Promise.race([behaviour.waitsFor, this.over]);
    if (behaviour.fails) throw new Fault(behaviour.fails, 'scripted');
    const key = `${participant}|${request.sagaId}`;
    const verdict = consultTakeover(this.closings.get(key), request);
    if (verdict.do !== 'answer') throw new Fault('STEP_FENCED', 'the closing');
    if (verdict.write) this.closings.set(key, verdict.write);
    const prefix = `${request.sagaId}|`;
    const own = [...this.origins].filter(
      ([of, origin]) => of.startsWith(prefix) && origin.participant === participant,
    );
    const rows = own.flatMap(([of, origin]): StepRow[] => {
      const row = this.rows.get(of);
      const { command, plan, recordedAt } = origin as Required<StepProvenance>;
      const known = { step: of.slice(prefix.length), command, plan, recordedAt };
      return row === undefined ? [] : [{ ...known, state: row.state, epoch: row.epoch }];
    });
    return { rows };
  }

  private answer(participant: string, message: StepMessage, behaviour: Behaviour): StepAnswer {
    if (behaviour.fails) throw new Fault(behaviour.fails, 'scripted');
    const key = `${message.sagaId}|${message.step}`;
    const inputHash = message.kind === 'forward' ? canonicalJson(message.input) : '';
    const row = this.rows.get(key);
    const closing = this.closings.get(`${participant}|${message.sagaId}`);
    const verdict = consultClosing({ closing, stepRecord: row }, { ...message, inputHash });
    const origin = provenanceOf(row, message, new Date().toISOString());
    this.origins.set(key, { ...this.origins.get(key), ...origin, participant });
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
