import type { Json } from '../kernel/json';
import type { SagaDefinition } from '../saga/define';
import { RandomRun } from './in-process/random-run';
import type { Seen } from './in-process/random-run';

/** Which histories to simulate. */
export interface SimulationOptions {
  readonly input: Json;
  /** First seed, and how many. */
  readonly from: number;
  readonly seeds: number;
  /** Told every line of every history, for a replay. */
  readonly onStory?: (line: string) => void;
}

/** A seed whose history broke a promise. */
export interface FailedSeed {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly story: readonly string[];
}

/** What the seeds showed; plain JSON. */
export interface SimulationResult {
  readonly seeds: number;
  readonly failed: readonly FailedSeed[];
  /** How often each tuple of step kind, direction, fault and row state was met. */
  readonly seen: Seen;
  readonly outcomes: { readonly [outcome: string]: number };
  /** Messages that arrived. */
  readonly deliveries: number;
}

/**
 * Histories drawn by seeds: one saga, its participants, a network that loses, delays, repeats and reorders, people with
 * verbs, terminations with recoveries. A seed is a history: the same one again, on every machine.
 */
export async function simulate(
  definition: SagaDefinition,
  { input, from, seeds, onStory }: SimulationOptions,
): Promise<SimulationResult> {
  const seen: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  const failed: FailedSeed[] = [];
  let deliveries = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = new RandomRun(definition, input, seed);
    const { problems, outcome, story } = await run.toTheEnd();
    for (const [tuple, count] of Object.entries(run.seen)) seen[tuple] = (seen[tuple] ?? 0) + count;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    deliveries += run.world.delivered.length;
    if (problems.length > 0) failed.push({ seed, problems, story });
    if (onStory !== undefined) story.forEach(onStory);
  }
  return { seeds, failed, seen, outcomes, deliveries };
}
