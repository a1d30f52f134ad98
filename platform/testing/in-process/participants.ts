import { z } from 'zod';
import { happened, impossible, refused } from '../../kernel/decision';
import { isFault } from '../../kernel/faults';
import type { ContractCommands } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { StepMessage } from '../../kernel/step';
import type { StepState } from '../../participant/fence-table';
import { createParticipant } from '../../participant/handle';
import type { CommandHandler, UndoHandler } from '../../participant/service';
import { createMemoryStore } from '../../outbox/memory/store';
import type { Outcome } from '../../saga/plan/moves';

/** What the business behind the fence says to one delivery, should the fence let it decide at all. */
export interface Business {
  /** Code of a refusal; forward only. */
  readonly refuses?: string;
  /** The recorded effect cannot be reversed now; undo only. */
  readonly cannot?: boolean;
  /** Result of a forward; an empty object when left out. */
  readonly answers?: Json;
}

const anything = z.any();

/**
 * Every participant there is: the real fence and the real unit of work on the store in memory, and instead of services
 * a business that is told what to say. A step's effect is one event; its net is what it applied minus what it reversed.
 */
export class ScriptedParticipants {
  private readonly store = createMemoryStore<number>();
  private readonly commands: Record<string, ContractCommands[string]> = {};
  private readonly handlers: Record<string, object> = {};
  private readonly refusals: string[] = [];
  private step = '';
  private business: Business = {};
  private readonly participant = createParticipant<number, ContractCommands, Record<string, never>>(
    {
      definition: {
        participant: { contract: { name: 'scripted', commands: this.commands } },
        handlers: this.handlers,
        operations: {},
        evolve: (net: number | undefined, { type }: { readonly type: string }) =>
          (net ?? 0) + (type === 'step.applied' ? 1 : -1),
      } as never,
      store: this.store,
      schemas: { check: () => ({ version: '1.0', hash: 'none' }) },
      clock: () => new Date(0),
      partitions: 1,
    },
  );

  /** Delivers a message. One at a time: the next only when this one is answered. */
  async deliver(message: StepMessage, business: Business = {}): Promise<Outcome> {
    this.learn(message, business);
    try {
      const answer = await this.participant.handle(message);
      if (answer.answer === 'done') return { kind: 'done', result: answer.result };
      if (answer.answer === 'refused') return { kind: 'refused', code: answer.code };
      return { kind: answer.answer };
    } catch (error) {
      if (!isFault(error)) throw error;
      return { kind: 'fault', code: error.code, action: error.action };
    }
  }

  /** Applied minus reversed. */
  async netOf(step: string): Promise<number> {
    return (await this.store.readAggregate(step))?.state ?? 0;
  }

  async rowStateOf(sagaId: string, step: string): Promise<StepState | 'absent'> {
    return (await this.store.readStepRecord({ sagaId, step }))?.state ?? 'absent';
  }

  private learn({ command, kind, step }: StepMessage, business: Business): void {
    this.step = step;
    this.business = business;
    if (business.refuses !== undefined) this.refusals.push(business.refuses);
    const { refusals } = this;
    this.commands[command] ??=
      kind === 'undo'
        ? { kind: 'undo', input: anything, of: '' }
        : { kind: 'command', input: anything, result: anything, refusals };
    this.handlers[command] ??= kind === 'undo' ? this.undo : this.forward;
  }

  private readonly forward: CommandHandler<number, Json> = {
    aggregates: () => [this.step],
    decide: () => {
      const { refuses, answers = {} } = this.business;
      if (refuses !== undefined) return refused(refuses);
      return happened([{ aggregateId: this.step, type: 'step.applied', data: {} }], answers);
    },
  };

  private readonly undo: UndoHandler<number> = {
    reverse: () =>
      this.business.cannot === true
        ? impossible('scripted')
        : happened([{ aggregateId: this.step, type: 'step.reversed', data: {} }]),
  };
}
