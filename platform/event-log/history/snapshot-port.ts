import type { Cut } from './cut';
import type { FoldState } from './memory-fold';

/** A state of a fold that was put by, and the cut it is of. */
export interface Snapshot {
  readonly id: string;
  readonly places: Cut;
  readonly state: FoldState;
}

/** A snapshot as it is listed. */
export interface SnapshotLine {
  readonly id: string;
  readonly places: Cut;
  /** Records before it in the log. */
  readonly records: number;
  readonly rows: number;
  /** RFC 3339. */
  readonly takenAt: string;
}

/**
 * States of folds, put by. A cache and never the truth: one of other code is not looked at, one that is not what was
 * put by is passed over, and without any the answers are the same, only later.
 */
export interface SnapshotStore {
  /** The youngest one of this code that no place of the cut stands before; undefined where there is none. */
  nearest(projection: string, fold: string, cut: Cut): Promise<Snapshot | undefined>;
  /** Puts one by; keeps the youngest `keep` of the projection, none of other code. */
  put(
    of: { readonly projection: string; readonly fold: string; readonly keep: number },
    at: { readonly places: Cut; readonly records: number; readonly state: FoldState },
  ): Promise<void>;
  snapshots(projection: string): Promise<readonly SnapshotLine[]>;
}
