import type { Json } from '../../kernel/json';
import type { StepKind, StepMessage } from '../../kernel/step';
import type { SagaDefinition } from '../../saga/define';
import { findStep, isWait } from '../../saga/machine/state';
import type { MachineStep, Side } from '../../saga/machine/state';
import type { StartedStep, Verdict } from '../../saga/machine/recovery';
import { refusalOf } from '../../saga/machine/verbs';
import type { Ending } from '../../saga/plan/direction';
import type { Outcome } from '../../saga/plan/moves';
import type { RepairVerb } from '../../saga/verbs';
import { ScriptedParticipants } from './participants';
import type { Business } from './participants';
import { InProcessSaga } from './saga';
import type { Outgoing } from './saga';

/** What a person does to a parked step. */
export interface PersonsAct {
  readonly verb: RepairVerb;
  readonly step: string;
  /** `retry-with-input` only. */
  readonly input?: Json;
}

/** A delivery as it was: what the row was before, and what came of it. */
export interface Delivered {
  readonly outgoing: Outgoing;
  readonly rowBefore: string;
  readonly outcome: Outcome;
}

/** What the command of a step answers when nothing else is scripted; undefined is an empty object. */
export type ScriptedAnswers = (
  message: Pick<StepMessage, 'step' | 'command' | 'input'> & { readonly participant: string },
) => Json | undefined;

/**
 * One saga with everything around it, in memory: participants, network, journal, people, and the runs that follow one
 * another. Nothing happens by itself: whoever drives it decides what comes next.
 */
export class InProcessWorld {
  readonly participants = new ScriptedParticipants();
  readonly sagaId = 'saga/run 0';
  saga: InProcessSaga;
  /** Every message that was ever handed to the network. */
  readonly sent: Outgoing[] = [];
  readonly delivered: Delivered[] = [];
  /** What happened, one line each, as a person would tell it. */
  readonly story: string[] = [];
  /** Ends that some run said; the journal keeps the first of the highest generation. */
  readonly endings: Ending[] = [];
  finished?: Ending;
  generation = 0;
  wasFenced = false;
  /** The journal says that this child is done and waits for its parent, or was let go by it. */
  private hasHeld = false;
  private readonly verdicts = new Map<string, Verdict>();
  private readonly inputs = new Map<string, Json>();
  private readonly hands = new Map<string, number>();
  private readonly started = new Map<string, Omit<StartedStep, 'verdict'>>();
  private readonly startedAt = new Date('2026-01-01T00:00:00.000Z');

  constructor(
    private readonly definition: SagaDefinition,
    private readonly input: Json,
    private readonly answers: ScriptedAnswers = () => undefined,
  ) {
    this.saga = this.newRun();
  }

  async start(): Promise<this> {
    await this.saga.start();
    return this;
  }

  /** Hands what the saga wants sent to the network, and says what it was. */
  post(): readonly Outgoing[] {
    const posted = this.saga.outgoing.splice(0);
    this.sent.push(...posted);
    return posted;
  }

  async deliver(outgoing: Outgoing, business: Business = {}): Promise<Outcome> {
    const { message } = outgoing;
    const rowBefore = await this.participants.rowStateOf(this.sagaId, message.step);
    const asked = { ...message, participant: outgoing.participant };
    const result = message.kind === 'forward' ? this.answers(asked) : undefined;
    const scripted = result === undefined ? {} : { answers: result };
    const outcome = await this.participants.deliver(message, { ...scripted, ...business });
    this.delivered.push({ outgoing, rowBefore, outcome });
    this.tellStory(`${nameOf(outgoing)} arrives: ${textOf(outcome)}`);
    return outcome;
  }

  /** The saga hears what became of a message. */
  async hear(outgoing: Outgoing, outcome: Outcome, timeIsOver = false): Promise<void> {
    const { step, kind: message, epoch, run } = outgoing.message;
    if (run !== this.runId) return;
    if (outcome.kind === 'fault' && outcome.action === 'stop') this.wasFenced = true;
    this.tellStory(`the saga hears of ${nameOf(outgoing)}: ${textOf(outcome)}`);
    await this.saga.tell({ on: 'answered', step, message, epoch, outcome, timeIsOver });
    this.noteEnding();
  }

  /** Nobody answers a settle for so long that a person should know. */
  async staysUnsettled({ message: { step, epoch } }: Outgoing): Promise<void> {
    this.tellStory(`the settle of ${step} stays unanswered`);
    await this.saga.tell({ on: 'unsettled', step, epoch });
  }

  async turn(cause: 'cancel' | 'fault', reason: string): Promise<void> {
    this.tellStory(`${reason} is heard`);
    await this.saga.tell({ on: 'turn', turn: { cause, reason } });
    this.noteEnding();
  }

  /** A wait is over: with what it brings, or refused with a reason. */
  async endWait(
    step: string,
    how: { readonly data?: Json; readonly refusal?: string },
  ): Promise<void> {
    const { data = null, refusal } = how;
    this.tellStory(`${step} is over: ${refusal ?? 'granted'}`);
    this.saga.bring(step, data);
    await this.saga.tell({ on: 'waited', step, ...(refusal === undefined ? {} : { refusal }) });
    this.noteEnding();
  }

  /** A person's verb: taken, journaled, done. Ended in between, it stays in the journal. Answers why it is refused. */
  async act(
    act: PersonsAct,
    options: { readonly diesBeforeActing?: boolean } = {},
  ): Promise<string | undefined> {
    const { verb, step: name, input } = act;
    const step = findStep(this.saga.machine, name);
    const refusal = step === undefined ? 'NOT_PARKED' : refusalOf(this.saga.machine, step, verb);
    if (refusal !== undefined) return refusal;
    await this.saga.tell({ on: 'take', step: name, verb });
    this.journal(act, (step as MachineStep).side);
    this.tellStory(`${verb} of ${name} is in the journal`);
    if (input !== undefined) this.saga.inputs.set(name, input);
    if (options.diesBeforeActing === true) return undefined;
    await this.saga.tell({ on: 'act', step: name, verb });
    this.noteEnding();
    return undefined;
  }

  /** Temporal ends the run without us; a recovery takes over, under the next generation. */
  async terminate(): Promise<void> {
    const { commands } = this.saga;
    this.noteStarted();
    this.generation += 1;
    this.tellStory(`terminated; generation ${this.generation} takes over`);
    const started = [...this.started.values()].map((step): StartedStep => {
      const verdict = this.verdicts.get(step.name);
      return verdict === undefined ? step : { ...step, verdict };
    });
    const { generation, hasHeld: held } = this;
    const recovery = { generation, started, held, reason: 'TERMINATED' };
    this.saga = this.newRun({ recovery, commands, inputs: this.inputs });
    await this.saga.start();
    this.noteEnding();
  }

  /** The end goes into the journal: the saga is over for good. */
  finish(): void {
    const { ending } = this.saga;
    if (ending === undefined) throw new Error('the saga has not ended');
    this.finished = ending;
    this.tellStory(`finished: ${ending.outcome}`);
  }

  /** Applied minus reversed, and what people did by hand. */
  async netOf(step: string): Promise<{ readonly own: number; readonly net: number }> {
    const own = await this.participants.netOf(step);
    return { own, net: own + (this.hands.get(step) ?? 0) };
  }

  get runId(): string {
    return `run ${this.generation}`;
  }

  /** Names of all steps any run knew, in the order of their first start. */
  stepNames(): readonly string[] {
    this.noteStarted();
    const opened = this.saga.machine.steps.map(({ name }) => name);
    return [...new Set([...this.started.keys(), ...opened])];
  }

  private newRun(
    more: Partial<ConstructorParameters<typeof InProcessSaga>[0]> = {},
  ): InProcessSaga {
    const { definition, input, sagaId, runId, startedAt } = this;
    return new InProcessSaga({ definition, input, sagaId, runId, startedAt, ...more });
  }

  private journal({ verb, step, input }: PersonsAct, side: Side): void {
    if (input !== undefined) this.inputs.set(step, input);
    if (verb === 'skip') this.verdicts.set(step, side === 'forward' ? 'skipped' : 'left');
    if (verb !== 'mark-done-externally') return;
    this.verdicts.set(step, side === 'forward' ? 'done-externally' : 'undone-externally');
    this.hands.set(step, (this.hands.get(step) ?? 0) + (side === 'forward' ? 1 : -1));
  }

  /** What the histories say was ever scheduled. */
  private noteStarted(): void {
    const hold = this.saga.machine.steps.find(({ kind }) => kind === 'hold');
    if (hold !== undefined) this.hasHeld = hold.phase === 'waiting' || hold.phase === 'done';
    for (const { name, kind, place, counter } of this.saga.machine.steps) {
      if (isWait(kind) || counter.last === 'nothing' || this.started.has(name)) continue;
      this.started.set(name, { name, kind: kind satisfies StepKind, place });
    }
  }

  private noteEnding(): void {
    const { ending } = this.saga;
    if (ending !== undefined && this.endings.at(-1) !== ending) this.endings.push(ending);
  }

  private tellStory(line: string): void {
    this.story.push(line);
  }
}

/** A message in words, for example `undo 0 of reserve stock`. */
export function nameOf({ message: { kind, epoch, step } }: Outgoing): string {
  return `${kind} ${epoch} of ${step}`;
}

function textOf(outcome: Outcome): string {
  return 'code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind;
}
