import type { Configuration } from '../configurations';
import { Interned, Memo } from '../explore/intern';
import { isFenced } from './answers';
import type { Rules } from '../rules';
import { moveBody, reactTwice } from './engine';
import type { Engine, Reaction } from './engine';
import { happeningsOf } from './happenings';
import type { Happening } from './happenings';
import { outcomeOf } from './answers';
import { closeBelow, deliver, hangUp, send } from './lane';
import type { Business, Lane, LaneMessage } from './lane';
import type { Ledger } from './ledger';
import { forwardsOf } from './recoveries';

export type Kind = Happening['kind'];

/** Something that happens to the run; what it does to lanes is `changes`, pairs of lane and change. */
export interface RunMove {
  readonly label: string;
  readonly kind: Kind;
  readonly engine: number;
  /** Undefined: as it was. */
  readonly ledger: number | undefined;
  readonly changes: readonly (readonly [lane: number, change: number])[];
  readonly ending?: 'completed' | 'undone';
  readonly problem?: string;
}

export interface LaneMove {
  readonly label: string;
  readonly kind: Kind;
  readonly lane: number;
  readonly problem?: string;
}

/** Another run takes over: depends on all lanes, and is worked out when it happens. */
export interface Takeover {
  readonly takeover: 'recover' | 'reset';
  readonly happening: Happening;
}

type LaneChange =
  | { readonly do: 'send'; readonly text: string }
  | { readonly do: 'hang up' }
  | { readonly do: 'hand'; readonly by: number }
  | { readonly do: 'close'; readonly below: number };

/** M9: a saga that is paused starts no forward and no undo, whatever it hears. */
function problemOfPause(before: Engine, { engine, sends }: Reaction): string | undefined {
  if (!before.machine.paused || !engine.machine.paused) return undefined;
  const kinds = sends.map(({ text }) => (JSON.parse(text) as LaneMessage).kind);
  const started = kinds.find((kind) => kind !== 'settle');
  return started === undefined ? undefined : `M9: a paused saga sends a ${started}`;
}

const heard: readonly string[] = ['going', 'undoing', 'settling', 'failed'];

/**
 * Engines, ledgers and lanes by their numbers, and what becomes of them: the real functions are asked once per
 * distinct question, and the search works on numbers.
 */
export class Tables {
  readonly engines = new Interned<Engine>();
  readonly ledgers = new Interned<Ledger>();
  readonly lanes = new Interned<Lane>();
  private readonly changes = new Interned<LaneChange>();

  constructor(
    readonly rules: Rules,
    readonly config: Configuration,
  ) {}

  /** What may happen to a run besides answers. */
  readonly happenings = new Memo((engine, ledger): readonly (RunMove | Takeover)[] =>
    this.happeningsAt(engine, ledger).flatMap((happening): (RunMove | Takeover)[] => {
      const { special } = happening;
      if (special === 'recover' || special === 'reset') return [{ takeover: special, happening }];
      const move = this.runMove(engine, happening);
      return move === undefined ? [] : [move];
    }),
  );

  /** Deliveries of a lane that change it. */
  readonly deliveries = new Memo((lane, index): readonly LaneMove[] => {
    const before = this.lanes.value(lane);
    return before.sent.flatMap((text) =>
      this.businessOf(index, text).flatMap((business): LaneMove[] => {
        const { lane: after, answer, problem } = deliver(this.rules, before, text, business);
        const next = this.lanes.id(after);
        if (next === lane && problem === undefined) return [];
        const { kind, epoch, run } = JSON.parse(text) as LaneMessage;
        const step = this.config.manner.steps[index]!.name;
        const late = text === before.current ? '' : 'late ';
        const label = `${late}${kind} ${epoch} of ${step} (${run}) arrives: ${answer}`;
        const move = { label, kind: late === '' ? 'good' : 'trouble', lane: next } as const;
        return [problem === undefined ? move : { ...move, problem }];
      }),
    );
  });

  /** Answers of a lane that its run may receive, as numbers for `receipts`. */
  readonly answers = new Memo((lane, index): readonly number[] => {
    const { current, answers } = this.lanes.value(lane);
    return answers.flatMap((answer) => {
      const { kind } = this.config.manner.steps[index]!;
      const isPivotUndone = kind === 'pivot' && answer === 'not-done';
      const times = isPivotUndone ? [false, true] : [false];
      return times.map((timeIsOver) => this.receiptIds.id({ index, current, answer, timeIsOver }));
    });
  });

  private readonly receiptIds = new Interned<{
    readonly index: number;
    readonly current: string;
    readonly answer: string;
    readonly timeIsOver: boolean;
  }>();

  /** What an answer does to a run; empty where it is not expected. */
  readonly receipts = new Memo((engine, receipt): readonly RunMove[] => {
    const { index, current, answer, timeIsOver } = this.receiptIds.value(receipt);
    const { kind: message, epoch } = JSON.parse(current) as LaneMessage;
    const step = this.config.manner.steps[index]!.name;
    const { machine } = this.engines.value(engine);
    const asked = machine.steps.find(({ name }) => name === step);
    const what = { message, epoch };
    if (asked === undefined || !this.rules.isExpected(machine, asked, what)) return [];
    const input = {
      on: 'answered',
      step,
      ...what,
      outcome: outcomeOf(answer),
      timeIsOver,
    } as const;
    const over = timeIsOver ? ', its time is over' : '';
    const label = `the saga hears of ${message} ${epoch} of ${step}: ${answer}${over}`;
    const move = this.runMove(engine, { label, input, kind: 'good' });
    if (move === undefined) return [];
    return [isFenced(answer) ? { ...move, problem: `M6: a live run received ${answer}` } : move];
  });

  readonly changed = new Memo((lane, change): number => {
    const before = this.lanes.value(lane);
    const how = this.changes.value(change);
    switch (how.do) {
      case 'send':
        return this.lanes.id(send(before, how.text));
      case 'hang up':
        return this.lanes.id(hangUp(before));
      case 'hand':
        return this.lanes.id({ ...before, hand: before.hand + how.by });
      case 'close':
        return this.lanes.id(closeBelow(before, how.below));
    }
  });

  /** The moves of a reaction in numbers. */
  reacted(reaction: Reaction): Pick<RunMove, 'engine' | 'changes' | 'ending'> {
    const { engine, sends, ending } = reaction;
    const changes: [number, number][] = sends.map(({ step, text }) => [
      step,
      this.changes.id({ do: 'send', text }),
    ]);
    const { mode, steps } = engine.machine;
    const isOver = mode === 'ended' || mode === 'halted';
    this.config.manner.steps.forEach(({ name }, index) => {
      const phase = steps.find((step) => step.name === name)?.phase ?? '';
      if (isOver || !heard.includes(phase))
        changes.push([index, this.changes.id({ do: 'hang up' })]);
    });
    const numbers = { engine: this.engines.id(engine), changes };
    if (ending === undefined) return numbers;
    return { ...numbers, ending: ending.outcome === 'completed' ? 'completed' : 'undone' };
  }

  /** A change of every lane: nobody listens any more, and lower generations may be shut out. */
  lanesAtTakeover(closesBelow: number | undefined): readonly number[] {
    const hangUps = this.changes.id({ do: 'hang up' });
    if (closesBelow === undefined) return [hangUps];
    return [this.changes.id({ do: 'close', below: closesBelow }), hangUps];
  }

  private happeningsAt(engine: number, ledger: number): readonly Happening[] {
    return happeningsOf(this.rules, this.config, {
      engine: this.engines.value(engine),
      ledger: this.ledgers.value(ledger),
    }).map((happening) =>
      happening.special === 'read'
        ? { ...happening, ledger: this.withHistoryRead(engine, ledger) }
        : happening,
    );
  }

  private withHistoryRead(engine: number, ledger: number): Ledger {
    const known = this.ledgers.value(ledger);
    return { ...known, read: forwardsOf(this.config, this.engines.value(engine)) };
  }

  private runMove(engine: number, happening: Happening): RunMove | undefined {
    const { label, kind, input, hand, special, ledger } = happening;
    const { rules, config } = this;
    const before = this.engines.value(engine);
    const reaction: Reaction | undefined =
      special === 'body'
        ? moveBody(rules, config.manner, before)
        : input === undefined
          ? { engine: before, sends: [] }
          : reactTwice(rules, config.manner, before, { input, then: happening.then });
    if (reaction === undefined) return undefined;
    const by = hand === undefined ? [] : [[hand.step, this.handBy(hand.by)] as const];
    const { changes, ...numbers } = this.reacted(reaction);
    const problem = problemOfPause(before, reaction);
    return {
      ...{ label, kind, ...numbers, ...(problem === undefined ? {} : { problem }) },
      changes: [...changes, ...by],
      ledger: ledger === undefined ? undefined : this.ledgers.id(ledger),
    };
  }

  private handBy(by: number): number {
    return this.changes.id({ do: 'hand', by });
  }

  private businessOf(index: number, text: string): readonly Business[] {
    const { kind } = JSON.parse(text) as LaneMessage;
    const { undoMayBeImpossible, refusesAtDoor } = this.config;
    if (this.config.manner.steps[index]!.kind === 'wait') return [];
    if (kind === 'settle') return ['says yes'];
    if (kind === 'undo') return undoMayBeImpossible ? ['says yes', 'cannot'] : ['says yes'];
    const mayLeaveNoRow =
      refusesAtDoor && this.config.manner.steps[index]!.kind === 'compensatable';
    return mayLeaveNoRow ? ['says yes', 'says no', 'says no at the door'] : ['says yes', 'says no'];
  }
}
