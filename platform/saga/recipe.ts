import type { z } from 'zod';
import type { Json } from '../kernel/json';
import type { SagaContract } from './contract';

/** How a saga that was explored has ended. */
export type ExploredOutcome = 'completed' | 'compensated' | 'cancelled';

/** The system as a recipe sees it: over HTTP, as an administrator. */
export interface RecipeWorld {
  /** Unique per run of a saga and fit for an identifier; name everything after it, and runs cannot meet. */
  readonly name: string;
  /** Sends one write, repeated until it is taken. Throws when it is refused. */
  readonly post: (path: string, body: Json) => Promise<void>;
  /** What is there now; undefined where there is nothing. */
  readonly get: (path: string) => Promise<Readonly<Record<string, Json>> | undefined>;
  /** Runs another saga to its end, undisturbed. Throws unless it completes. */
  readonly complete: (saga: string, input: Json) => Promise<void>;
}

/** How the fault explorer runs one saga: what to prepare, and what must be true afterwards. */
export interface SagaRecipe {
  readonly saga: string;
  /** Makes the business objects of one run and answers the saga's whole input, members from the caller too. */
  prepare(world: RecipeWorld): Promise<Json>;
  /**
   * The saga's own invariants: one sentence for each that is broken, given how it ended. Asked again for some seconds
   * while something is broken, since read models follow.
   */
  check(
    world: RecipeWorld,
    run: { readonly input: Json; readonly outcome: ExploredOutcome },
  ): Promise<readonly string[]>;
}

/** The same with the input of one contract. */
interface TypedRecipe<Input> {
  prepare(world: RecipeWorld): Promise<Input>;
  check(
    world: RecipeWorld,
    run: { readonly input: Input; readonly outcome: ExploredOutcome },
  ): Promise<readonly string[]>;
}

/** Declares how a saga is explored; the input is held against the saga's contract before it starts. */
export function defineRecipe<Input extends z.ZodType<Json>>(
  contract: SagaContract<Input>,
  recipe: TypedRecipe<z.output<Input>>,
): SagaRecipe {
  return {
    saga: contract.name,
    prepare: async (world) => contract.input.parse(await recipe.prepare(world)),
    check: (world, { input, outcome }) =>
      recipe.check(world, { input: contract.input.parse(input), outcome }),
  };
}

/** Says what differs from what must be; an object that is not there differs in everything. */
export function differences(
  what: string,
  found: Readonly<Record<string, Json>> | undefined,
  expected: Readonly<Record<string, Json>>,
): readonly string[] {
  return Object.entries(expected).flatMap(([member, value]) => {
    const is = found?.[member];
    return is === value
      ? []
      : [`${what}: ${member} is ${JSON.stringify(is)}, must be ${JSON.stringify(value)}`];
  });
}
