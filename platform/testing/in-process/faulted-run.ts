import type { Json } from '../../kernel/json';
import type { SagaDefinition } from '../../saga/define';
import { brokenPromises } from './invariants';
import { Operator } from './operator';
import type { Habit } from './operator';
import type { Outgoing } from './saga';
import { InProcessWorld } from './world';
import type { ScriptedAnswers } from './world';

/** What may go wrong with a command on its way. */
export const forwardFaults = [
  'fails before its effect',
  'fails after its effect',
  'loses its reply for good',
  'takes effect late',
  'arrives twice',
  'is unreachable',
  'is refused',
  'is poison',
  'meets a cancel before its effect',
  'meets a cancel after its effect',
  'meets the deadline',
  'is terminated before its effect',
  'is terminated after its effect',
] as const;

/** What may go wrong with an undo. */
export const undoFaults = [
  'fails before its effect',
  'fails after its effect',
  'loses its reply for good',
  'takes effect late',
  'arrives twice',
  'is unreachable',
  'is impossible',
  'meets a cancel before its effect',
  'is terminated before its effect',
  'is terminated after its effect',
] as const;

export type FaultName = (typeof forwardFaults)[number] | (typeof undoFaults)[number];

/** One thing that goes wrong: with one direction of one step, the first time it is sent. */
export interface Cell {
  readonly step: string;
  readonly direction: 'forward' | 'undo';
  readonly fault: FaultName;
}

/** What a run showed. */
export interface FaultedResult {
  /** Broken promises; empty when all held. */
  readonly problems: readonly string[];
  readonly outcome: string;
  readonly story: readonly string[];
}

const lateAfter = 2;
const roundsMax = 1_000;

/** Runs a saga once, with these faults and a person of this habit, to its end; then every message arrives once more. */
export async function runWithFaults(
  definition: SagaDefinition,
  input: Json,
  how: {
    readonly cells: readonly Cell[];
    readonly habit: Habit;
    readonly answers?: ScriptedAnswers;
  },
): Promise<FaultedResult> {
  const run = new FaultedRun(new InProcessWorld(definition, input, how.answers), how.cells);
  const { world } = run;
  await world.start();
  const operator = new Operator(how.habit);
  let rounds = 0;
  do {
    await run.untilQuiet();
    rounds += 1;
  } while (rounds < roundsMax && world.finished === undefined && (await operator.help(world)));
  for (const outgoing of [...world.sent]) await world.deliver(outgoing);
  const problems = [...(await brokenPromises(world))];
  if (world.finished === undefined) problems.push('M8: no verb leads to an end');
  return { problems, outcome: world.finished?.outcome ?? 'open', story: world.story };
}

class FaultedRun {
  private readonly cells: Cell[];
  private readonly late: { readonly outgoing: Outgoing; after: number }[] = [];
  private isDeadlinePast = false;

  constructor(
    readonly world: InProcessWorld,
    cells: readonly Cell[],
  ) {
    this.cells = [...cells];
  }

  /** Carries messages until the saga has ended, or nothing happens by itself any more. */
  async untilQuiet(): Promise<void> {
    for (let count = 0; count < roundsMax; count += 1) {
      const { saga } = this.world;
      const waiting = saga.machine.steps.find(({ phase }) => phase === 'waiting');
      const posted = this.world.post();
      for (const outgoing of posted) await this.carry(outgoing);
      if (posted.length > 0) continue;
      if (waiting !== undefined) await this.world.endWait(waiting.name, {});
      else break;
    }
    if (this.world.saga.ending !== undefined && this.world.finished === undefined) {
      this.world.finish();
    }
  }

  private async carry(outgoing: Outgoing): Promise<void> {
    const { kind, step } = outgoing.message;
    const at = this.cells.findIndex((cell) => cell.step === step && cell.direction === kind);
    const [cell] = at < 0 ? [] : this.cells.splice(at, 1);
    if (cell === undefined) await this.deliverAndHear(outgoing);
    else await this.goWrong(outgoing, cell.fault);
    for (const waiting of this.late) {
      waiting.after -= 1;
      if (waiting.after === 0) await this.world.deliver(waiting.outgoing);
    }
  }

  private async deliverAndHear(outgoing: Outgoing, business = {}): Promise<void> {
    const outcome = await this.world.deliver(outgoing, business);
    await this.world.hear(outgoing, outcome, this.isDeadlinePast);
  }

  private async goWrong(outgoing: Outgoing, fault: FaultName): Promise<void> {
    const { world } = this;
    const unknown = { kind: 'unknown', code: 'NO_ANSWER' } as const;
    switch (fault) {
      case 'fails before its effect':
        return this.deliverAndHear(outgoing);
      case 'fails after its effect':
        await world.deliver(outgoing);
        return this.deliverAndHear(outgoing);
      case 'loses its reply for good':
        await world.deliver(outgoing);
        return world.hear(outgoing, unknown);
      case 'takes effect late':
        this.late.push({ outgoing, after: lateAfter });
        return world.hear(outgoing, unknown);
      case 'arrives twice':
        this.late.push({ outgoing, after: lateAfter });
        return this.deliverAndHear(outgoing);
      case 'is unreachable':
        await world.hear(outgoing, unknown);
        return this.staysUnsettled(outgoing);
      case 'is refused':
        return this.deliverAndHear(outgoing, { refuses: 'REFUSED' });
      case 'is impossible':
        return this.deliverAndHear(outgoing, { cannot: true });
      case 'is poison':
        return world.hear(outgoing, { kind: 'fault', code: 'COMMAND_INVALID', action: 'park' });
      default:
        return this.isInterrupted(outgoing, fault);
    }
  }

  /** The settle that follows is not answered before a person has looked. */
  private async staysUnsettled({ message }: Outgoing): Promise<void> {
    const settle = this.world.saga.outgoing.find(
      (next) => next.message.step === message.step && next.message.kind === 'settle',
    );
    if (settle !== undefined) await this.world.staysUnsettled(settle);
  }

  private async isInterrupted(outgoing: Outgoing, fault: FaultName): Promise<void> {
    const { world } = this;
    const after = fault.endsWith('after its effect');
    const outcome = after ? await world.deliver(outgoing) : undefined;
    if (fault.startsWith('is terminated')) return world.terminate();
    if (fault === 'meets the deadline') this.isDeadlinePast = true;
    const isCancel = fault !== 'meets the deadline';
    await world.turn(isCancel ? 'cancel' : 'fault', isCancel ? 'CANCELLED' : 'DEADLINE');
    await world.hear(outgoing, outcome ?? (await world.deliver(outgoing)), this.isDeadlinePast);
  }
}
