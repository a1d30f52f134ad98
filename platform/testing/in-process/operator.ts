import type { RepairVerb } from '../../saga/verbs';
import { verbsOf } from '../../saga/machine/verbs';
import { parkedCondition } from '../../saga/machine/state';
import type { InProcessWorld } from './world';

/** What a person tries first at a parked step; afterwards whatever ends it. */
export const habits = ['retry', 'retry-with-input', 'by-hand', 'give-up', 'resume'] as const;

export type Habit = (typeof habits)[number];

const order: Record<Habit, readonly RepairVerb[]> = {
  retry: ['retry'],
  'retry-with-input': ['retry-with-input', 'retry'],
  'by-hand': ['mark-done-externally'],
  'give-up': ['abort', 'skip'],
  resume: ['resume-forward', 'retry'],
};

/** Verbs that need no participant: one of them always ends a settled step. */
const ways: readonly RepairVerb[] = ['skip', 'abort', 'mark-done-externally', 'retry'];

/** Times a person tries their habit, over the whole saga. */
const patience = 3;

/** A person on call, who always does the same first, and then what gets the saga out. */
export class Operator {
  private tried = 0;

  constructor(private readonly habit: Habit) {}

  /** Uses one verb on one parked step; false when nothing is parked that takes one. */
  async help(world: InProcessWorld): Promise<boolean> {
    const { machine } = world.saga;
    if (machine.paused) {
      await world.saga.tell({ on: 'unpause' });
      return true;
    }
    for (const step of machine.steps) {
      if (parkedCondition(step) === undefined) continue;
      const possible = verbsOf(machine, step);
      const wanted = this.tried < patience ? order[this.habit] : [];
      const verb = [...wanted, ...ways].find((each) => possible.includes(each));
      if (verb === undefined) continue;
      this.tried += 1;
      const input = verb === 'retry-with-input' ? { input: { given: this.tried } } : {};
      await world.act({ verb, step: step.name, ...input });
      return true;
    }
    return false;
  }
}
