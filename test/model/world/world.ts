import { Interned, Memo } from '../explore/intern';
import type { Configuration } from '../configurations';
import type { Rules } from '../rules';
import { claimsOf, problemOfClaim, problemOfLane } from './claims';
import { startEngine } from './engine';
import { emptyLane } from './lane';
import { emptyLedger } from './ledger';
import type { Ledger } from './ledger';
import { recover, reset } from './recoveries';
import { Tables } from './tables';
import type { Kind, RunMove, Takeover } from './tables';

/** A transition out of a state. */
export interface Move {
  readonly label: number;
  readonly kind: Kind;
  readonly problem: string | undefined;
}

type Tell = (move: Move) => void;

/** A saga, its participants, the network and the journal; a state is the numbers of run, ledger and lanes. */
export class World {
  readonly labels = new Interned<string>();
  readonly tables: Tables;
  readonly width: number;

  constructor(
    rules: Rules,
    readonly config: Configuration,
  ) {
    this.tables = new Tables(rules, config);
    this.width = 2 + config.manner.steps.length;
  }

  /** The first state. */
  start(): Uint32Array {
    const { tables, config } = this;
    const { verbs, terminations, resets, turns, pauses } = config;
    const left = { verbs, terminations, resets, turns, pauses };
    const steps = config.manner.steps.length;
    const ledger = tables.ledgers.id(emptyLedger(steps, left));
    const lanes = Array<number>(steps).fill(tables.lanes.id(emptyLane));
    const state = Uint32Array.from([0, ledger, ...lanes]);
    const reaction = startEngine(tables.rules, config.manner, 'run 0');
    const move = { label: 'the saga starts', kind: 'good', ledger } as const;
    this.apply({ ...move, ...tables.reacted(reaction) }, state);
    return state;
  }

  /** Tells of every transition; `to` holds the next state while it is told of. */
  expand(from: Uint32Array, to: Uint32Array, tell: Tell): void {
    for (const next of this.tables.happenings.get(from[0]!, from[1]!)) {
      to.set(from);
      tell('takeover' in next ? this.takeOver(next, to) : this.apply(next, to));
    }
    for (let at = 2; at < this.width; at += 1) this.expandLane(from, to, { at, tell });
  }

  /** M1, and M3 or M4, of a state. */
  problemOf(state: Uint32Array): string | undefined {
    const claims = this.claims.get(state[0]!, 0);
    for (let index = 0; index < claims.length; index += 1) {
      const problem = this.laneProblems.get(state[index + 2]!, claims[index]! * 16 + index);
      if (problem === '') continue;
      return problem + (this.hasEnded(state) ? ' (M4: the saga has ended)' : '');
    }
    return undefined;
  }

  hasEnded(state: Uint32Array): boolean {
    return this.tables.engines.value(state[0]!).machine.mode === 'ended';
  }

  isFinished(state: Uint32Array): boolean {
    return this.tables.ledgers.value(state[1]!).isFinished;
  }

  /** A person is asked, or has asked for a pause: standing still is right. */
  mayStand(state: Uint32Array): boolean {
    const { machine } = this.tables.engines.value(state[0]!);
    const isParked = machine.steps.some((step) => step.phase === 'parked');
    return isParked || machine.paused || this.isFinished(state);
  }

  private readonly claims = new Memo((engine): readonly number[] =>
    claimsOf(this.config.manner, this.tables.engines.value(engine)).map((claim) => claim ?? 2),
  );

  private readonly laneProblems = new Memo((lane, claimAndIndex): string => {
    const value = this.tables.lanes.value(lane);
    const claim = claimAndIndex >> 4;
    const step = this.config.manner.steps[claimAndIndex & 15]!.name;
    return problemOfLane(value, step) ?? problemOfClaim(claim, value, step) ?? '';
  });

  private expandLane(
    from: Uint32Array,
    to: Uint32Array,
    { at, tell }: { readonly at: number; readonly tell: Tell },
  ): void {
    const { deliveries, answers, receipts } = this.tables;
    for (const { label, kind, lane, problem } of deliveries.get(from[at]!, at - 2)) {
      to.set(from);
      to[at] = lane;
      tell({ label: this.labels.id(label), kind, problem });
    }
    for (const answer of answers.get(from[at]!, at - 2)) {
      for (const next of receipts.get(from[0]!, answer)) {
        to.set(from);
        tell(this.apply(next, to));
      }
    }
  }

  private apply(next: RunMove, to: Uint32Array): Move {
    to[0] = next.engine;
    if (next.ledger !== undefined) to[1] = next.ledger;
    for (const [lane, change] of next.changes) {
      to[lane + 2] = this.tables.changed.get(to[lane + 2]!, change);
    }
    const ended = next.ending === undefined ? undefined : this.end(next.ending, to);
    const isReset = this.tables.ledgers.value(to[1]!).wasReset;
    const problem = isReset ? ended : (next.problem ?? ended);
    return { label: this.labels.id(next.label), kind: next.kind, problem };
  }

  /** M5: no run says completed where another says not. Without a pivot, only the journal decides between them. */
  private end(ending: 'completed' | 'undone', to: Uint32Array): string | undefined {
    const ledger = this.tables.ledgers.value(to[1]!);
    const said = { ...ledger.said, [ending]: true };
    to[1] = this.tables.ledgers.id({ ...ledger, said });
    const hasPivot = this.config.manner.steps.some(({ kind }) => kind === 'pivot');
    return hasPivot && said.completed && said.undone ? 'M5: two outcomes' : undefined;
  }

  private takeOver({ takeover, happening }: Takeover, to: Uint32Array): Move {
    const { tables, config } = this;
    const run = {
      engine: tables.engines.value(to[0]!),
      ledger: happening.ledger ?? tables.ledgers.value(to[1]!),
      lanes: [...to.subarray(2)].map((lane) => tables.lanes.value(lane)),
    };
    const begin = takeover === 'recover' ? recover : reset;
    const { reaction, ledger, closesBelow } = begin(tables.rules, config, run);
    const hangUps = tables.lanesAtTakeover(closesBelow);
    for (let at = 2; at < this.width; at += 1) {
      for (const change of hangUps) to[at] = tables.changed.get(to[at]!, change);
    }
    const { label, kind } = happening;
    const numbers = { ledger: tables.ledgers.id(ledger satisfies Ledger), label, kind };
    return this.apply({ ...numbers, ...tables.reacted(reaction) }, to);
  }
}
