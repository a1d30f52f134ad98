import type { StepRecord } from './fence-table';

/**
 * A row without what only its own saga could ask for, once that saga is over; undefined where nothing is left to let
 * go. Key, state, epoch, run, input hash and command stay, so the fence stays as it was. A refusal keeps its code:
 * a repeated forward is still told the same. A row in any other state is left alone.
 */
export function trimmedRecord(row: StepRecord): StepRecord | undefined {
  if (row.trimmed === true) return undefined;
  const kept = withoutPlan(row);
  switch (row.state) {
    case 'done':
      return { ...kept, result: null, effect: [], trimmed: true };
    case 'refused': {
      const { code } = row.result as { code: string };
      return { ...kept, result: { code, detail: '' }, trimmed: true };
    }
    case 'undone':
    case 'tombstone':
      return { ...kept, trimmed: true };
    default:
      return undefined;
  }
}

function withoutPlan({ plan: _plan, ...kept }: StepRecord): StepRecord {
  return kept;
}
