import type { Struck } from '../rage';
import { quantile } from './series';
import type { Series } from './series';

/** One fault and what followed it. */
export interface Recovery {
  readonly number: number;
  /** Since the first second of the storm, seconds. */
  readonly atS: number;
  readonly victim: string;
  readonly kind: string;
  readonly point?: string;
  readonly missed: boolean;
  /** From the fault to the moment its victim was let go on or started again, milliseconds. */
  readonly heldMs: number;
  /** From then until the victim answered, milliseconds. */
  readonly backMs: number;
  /** From the victim's answer to the next end of a saga, milliseconds; absent where none ended any more. */
  readonly firstEndMs?: number;
  /** Most sagas that were open between the fault and the calm after it. */
  readonly peakOpen: number;
  /** From the victim's answer until no more is under way than usual, seconds; absent where it never was. */
  readonly calmS?: number;
}

/** What each fault cost. "Usual" is the median of the storm, or what stood right before the fault, if that is more. */
export function recoveriesOf(struck: readonly Struck[], series: Series): readonly Recovery[] {
  const usual = {
    open: quantile(sorted(series, 'open'), 0.5),
    unsent: quantile(sorted(series, 'unsent'), 0.5),
  };
  return struck.map((each) => recoveryOf(each, series, usual));
}

const sorted = ({ seconds }: Series, member: 'open' | 'unsent') =>
  seconds.map((second) => second[member]).toSorted((a, b) => a - b);

function recoveryOf(
  { hit, missed, struckAt, endedAt, liftedAt }: Struck,
  { fromMs, seconds, ends }: Series,
  usual: { readonly open: number; readonly unsent: number },
): Recovery {
  const secondOf = (ms: number) => Math.max(0, Math.floor((ms - fromMs) / 1_000));
  const before = seconds[secondOf(struckAt) - 1];
  const bounds = {
    open: Math.max(usual.open, before?.open ?? 0),
    unsent: Math.max(usual.unsent, before?.unsent ?? 0),
  };
  const after = seconds.slice(secondOf(liftedAt) + 1);
  const calm = after.find(({ open, unsent }) => open <= bounds.open && unsent <= bounds.unsent);
  const firstEnd = ends.find((end) => end >= liftedAt);
  const during = seconds.slice(secondOf(struckAt), (calm?.atS ?? seconds.length) + 1);
  return {
    number: hit.number,
    atS: Math.round((struckAt - fromMs) / 100) / 10,
    victim: hit.victim,
    kind: hit.kind,
    ...(hit.point === undefined ? {} : { point: hit.point }),
    missed,
    heldMs: endedAt - struckAt,
    backMs: liftedAt - endedAt,
    ...(firstEnd === undefined ? {} : { firstEndMs: firstEnd - liftedAt }),
    peakOpen: during.reduce((most, { open }) => Math.max(most, open), 0),
    ...(calm === undefined ? {} : { calmS: Math.max(0, calm.atS - secondOf(liftedAt)) }),
  };
}
