import type { AttackResult } from '../../cli/attack/attack';
import type { AttackMutation } from './mutation';

/** What the attacks say about a stack without one of its guards. */
export type MutationVerdict =
  /** The row broke, and no other that does not stand on the same guard. */
  | { readonly is: 'red'; readonly seen: string }
  /** The row holds all the same: it does not show what it says. */
  | { readonly is: 'green' }
  /** Rows broke that have nothing to do with it: the change takes out more than the guard. */
  | { readonly is: 'spread'; readonly rows: readonly string[] }
  /** The attack could not be carried out, which shows nothing. */
  | { readonly is: 'unclear'; readonly problem: string };

/** Judges the results of a mutation: those of its row, and of whatever other rows were carried out with it. */
export function judgeMutation(
  { row, also = [] }: Pick<AttackMutation, 'row' | 'also'>,
  results: readonly AttackResult[],
): MutationVerdict {
  const own = results.find((result) => result.row === row);
  if (own === undefined) return { is: 'unclear', problem: `${row} was not carried out` };
  if (own.verdict === 'not carried out') return { is: 'unclear', problem: own.problem ?? '' };
  if (own.verdict === 'held') return { is: 'green' };
  const others = results.filter(
    (result) => result.row !== row && result.verdict !== 'held' && !also.includes(result.row),
  );
  if (others.length > 0) return { is: 'spread', rows: others.map((result) => result.row) };
  const broken = own.shots.filter(({ held }) => !held);
  const [{ name, expected, seen } = { name: '', expected: '', seen: '' }] = broken;
  return { is: 'red', seen: `${broken.length} tries, as ${name}: ${seen}, not ${expected}` };
}
