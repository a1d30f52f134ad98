import type { Json } from '../../kernel/json';
import type { SagaDefinition } from '../../saga/define';
import { isExpected } from '../../saga/machine/machine';
import { parkedCondition } from '../../saga/machine/state';
import { verbsOf } from '../../saga/machine/verbs';
import type { Outcome } from '../../saga/plan/moves';
import { Random } from '../random';
import type { FaultedResult } from './faulted-run';
import { brokenPromises } from './invariants';
import { habits, Operator } from './operator';
import type { Outgoing } from './saga';
import { InProcessWorld } from './world';

/** How often each tuple of step kind, direction, fault and row state was met. */
export type Seen = { readonly [tuple: string]: number };

/** How likely each kind of trouble is; drawn per seed, so that calm and stormy histories both come. */
interface Weather {
  readonly storm: number;
  readonly refusal: number;
  readonly turn: number;
  readonly death: number;
  readonly late: number;
}

const limits = { movesMax: 400, quietRoundsMax: 2_000, terminationsMax: 2, verbsMax: 6 } as const;

/** One history, drawn by a seed. */
export class RandomRun {
  readonly world: InProcessWorld;
  readonly seen: Record<string, number> = {};
  private readonly random: Random;
  private readonly weather: Weather;
  /** Messages whose answer may still be waited for. */
  private open: Outgoing[] = [];
  private replies: { readonly outgoing: Outgoing; readonly outcome: Outcome }[] = [];
  private terminations = 0;
  private verbs = 0;

  constructor(definition: SagaDefinition, input: Json, seed: number) {
    this.world = new InProcessWorld(definition, input);
    this.random = new Random(seed);
    const draw = (most: number): number => this.random.next() ** 2 * most;
    this.weather = {
      ...{ storm: draw(1), refusal: draw(0.6), turn: draw(0.1) },
      ...{ death: draw(0.08), late: draw(0.5) },
    };
  }

  /** Trouble for a while, then fair weather to the end, then every message once more, in any order. */
  async toTheEnd(): Promise<FaultedResult> {
    const { world } = this;
    await world.start();
    for (let move = 0; move < limits.movesMax && world.finished === undefined; move += 1) {
      this.collect();
      await this.move();
      if (world.saga.ending !== undefined && this.random.chance(0.5)) world.finish();
    }
    await this.inFairWeather();
    for (const outgoing of this.random.shuffled(world.sent)) await this.arrive(outgoing, 'late');
    const problems = [...(await brokenPromises(world))];
    if (world.finished === undefined) problems.push('M8: no verb leads to an end');
    return { problems, outcome: world.finished?.outcome ?? 'open', story: world.story };
  }

  private collect(): void {
    this.open = [...this.open, ...this.world.post()].filter((each) => this.isAwaited(each));
    this.replies = this.replies.filter(({ outgoing }) => this.isAwaited(outgoing));
  }

  private isAwaited({ message }: Outgoing): boolean {
    const { machine } = this.world.saga;
    const step = machine.steps.find(({ name }) => name === message.step);
    if (step === undefined || message.run !== this.world.runId) return false;
    return isExpected(machine, step, { message: message.kind, epoch: message.epoch });
  }

  private async move(): Promise<void> {
    const { random, weather, world } = this;
    if (random.chance(weather.turn)) return this.turn();
    if (random.chance(weather.death) && this.terminations < limits.terminationsMax) {
      this.terminations += 1;
      return world.terminate();
    }
    if (random.chance(weather.late) && world.sent.length > 0) {
      return void (await this.arrive(random.pick(world.sent)!, 'late'));
    }
    const reply = random.pick(this.replies);
    if (reply !== undefined && random.chance(0.6)) return this.hear(reply.outgoing, reply.outcome);
    const waiting = world.saga.machine.steps.find(({ phase }) => phase === 'waiting');
    if (waiting !== undefined && random.chance(0.3)) return this.endWait(waiting.name);
    const outgoing = random.pick(this.open);
    if (outgoing !== undefined && random.chance(0.8)) return this.carry(outgoing);
    await this.help();
  }

  private async turn(): Promise<void> {
    if (this.random.chance(0.3)) {
      const { paused } = this.world.saga.machine;
      return this.world.saga.tell({ on: paused ? 'unpause' : 'pause' });
    }
    const isCancel = this.random.chance(0.5);
    return this.world.turn(isCancel ? 'cancel' : 'fault', isCancel ? 'CANCELLED' : 'DEADLINE');
  }

  private endWait(name: string): Promise<void> {
    const isDenied = this.random.chance(this.weather.refusal);
    return this.world.endWait(name, isDenied ? { refusal: 'DENIED' } : {});
  }

  /** One attempt of a message: it may be lost on the way there, on the way back, or come late. */
  private async carry(outgoing: Outgoing): Promise<void> {
    const { random, weather } = this;
    if (!random.chance(weather.storm)) return this.deliver(outgoing, 'answered');
    const fate = random.pick(['lost', 'reply lost', 'reply delayed', 'given up'] as const)!;
    if (fate === 'lost') return this.note(outgoing, 'lost');
    if (fate === 'given up') return this.giveUp(outgoing);
    return this.deliver(outgoing, fate);
  }

  private async deliver(
    outgoing: Outgoing,
    fate: 'answered' | 'reply lost' | 'reply delayed',
  ): Promise<void> {
    const outcome = await this.arrive(outgoing, fate);
    if (fate === 'answered') return this.hear(outgoing, outcome);
    if (fate === 'reply delayed') this.replies.push({ outgoing, outcome });
  }

  private async giveUp(outgoing: Outgoing): Promise<void> {
    await this.note(outgoing, 'given up');
    if (outgoing.message.kind === 'settle') return this.world.staysUnsettled(outgoing);
    return this.hear(outgoing, { kind: 'unknown', code: 'NO_ANSWER' });
  }

  private hear(outgoing: Outgoing, outcome: Outcome): Promise<void> {
    return this.world.hear(outgoing, outcome, this.random.chance(0.5));
  }

  private async arrive(outgoing: Outgoing, fate: string): Promise<Outcome> {
    const { kind } = outgoing.message;
    const saysNo = this.random.chance(this.weather.refusal);
    const business = !saysNo ? {} : kind === 'forward' ? { refuses: 'REFUSED' } : { cannot: true };
    const row = await this.rowOf(outgoing);
    const outcome = await this.world.deliver(outgoing, business);
    const isFresh = outcome.kind === 'refused' && row !== 'refused';
    const isImpossible = outcome.kind === 'fault' && outcome.code === 'UNDO_IMPOSSIBLE';
    this.count(outgoing, isFresh ? 'refused' : isImpossible ? 'impossible' : fate, row);
    return outcome;
  }

  private async note(outgoing: Outgoing, fault: string): Promise<void> {
    this.count(outgoing, fault, await this.rowOf(outgoing));
  }

  private rowOf({ message }: Outgoing): Promise<string> {
    return this.world.participants.rowStateOf(this.world.sagaId, message.step);
  }

  private count({ stepKind, message }: Outgoing, fault: string, row: string): void {
    const tuple = [stepKind, message.kind, fault, row].join(' | ');
    this.seen[tuple] = (this.seen[tuple] ?? 0) + 1;
  }

  /** A person uses any verb that a parked step takes; sometimes the run dies between journal and act. */
  private async help(): Promise<void> {
    const { world, random } = this;
    const { machine } = world.saga;
    const parked = machine.steps.filter((step) => parkedCondition(step) !== undefined);
    const step = random.pick(parked);
    if (step === undefined || this.verbs >= limits.verbsMax) return;
    const verb = random.pick(verbsOf(machine, step));
    if (verb === undefined) return;
    this.verbs += 1;
    const input = verb === 'retry-with-input' ? { input: { given: this.verbs } } : {};
    const mayDie = this.terminations < limits.terminationsMax;
    const diesBeforeActing = mayDie && random.chance(this.weather.death);
    await world.act({ verb, step: step.name, ...input }, { diesBeforeActing });
    if (!diesBeforeActing) return;
    this.terminations += 1;
    await world.terminate();
  }

  private async inFairWeather(): Promise<void> {
    const { world } = this;
    const operator = new Operator(this.random.pick(habits)!);
    for (let round = 0; round < limits.quietRoundsMax && world.finished === undefined; round += 1) {
      this.collect();
      const [outgoing] = this.open;
      const waiting = world.saga.machine.steps.find(({ phase }) => phase === 'waiting');
      if (world.saga.ending !== undefined) world.finish();
      else if (outgoing !== undefined) await this.hear(outgoing, await world.deliver(outgoing));
      else if (waiting !== undefined) await world.endWait(waiting.name, {});
      else if (!(await operator.help(world))) return;
    }
  }
}
