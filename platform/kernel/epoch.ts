/**
 * An epoch is one integer: generation × 2^16 + n. Generation 0 is the first run of a saga, each recovery takes the
 * next one; within a generation the saga counts n per step. A row's epoch never falls, so the larger number wins.
 */
export const epochsPerGeneration = 65_536;

/** Builds the epoch `n` of a generation; both are counted from 0, and n must stay below 65,536. */
export function epochOf(generation: number, n: number): number {
  if (n < 0 || n >= epochsPerGeneration) throw new RangeError(`epoch number ${n} is out of range`);
  return generation * epochsPerGeneration + n;
}

/** The generation an epoch belongs to. */
export function generationOf(epoch: number): number {
  return Math.floor(epoch / epochsPerGeneration);
}
