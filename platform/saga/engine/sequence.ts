import { SagaDefinitionError } from '../plan/names';
import type { Place } from '../plan/way-back';

/** A line of things done one after the other: the saga itself, or a branch of a parallel block. */
export class Sequence {
  private busy = false;

  /** `position` is where it begins: behind what the runs before have done. */
  constructor(
    private readonly place: Place,
    private position = 0,
  ) {}

  nextPlace(): Place {
    const place = [...this.place, this.position];
    this.position += 1;
    return place;
  }

  /** One thing at a time: what overlaps belongs into `all`, which knows how to undo it. */
  async exclusively<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.busy) {
      throw new SagaDefinitionError('STEPS_OVERLAP', 'await each step, or use all({ … })');
    }
    this.busy = true;
    const value = await work();
    this.busy = false;
    return value;
  }

  /** Runs branches side by side, each a line of its own below the place of the block. */
  inBranches<Work, Value>(
    branches: Record<string, Work>,
    run: (own: Sequence, work: Work) => Promise<Value>,
  ): Promise<Record<string, Value>> {
    return this.exclusively(async () => {
      const [position] = this.nextPlace().slice(-1);
      const results = await Promise.all(
        Object.entries(branches).map(async ([label, work]) => {
          const own = new Sequence([...this.place, position!, label]);
          return [label, await run(own, work)] as const;
        }),
      );
      return Object.fromEntries(results);
    });
  }
}
