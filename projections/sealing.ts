import type { SnapshotSealing } from './history/sealing';
import type { LetterSealing } from './letters/sealing';
import type { RowSealing } from './rows/sealing';

/** What seals the content of a store. */
export interface StoreSealing {
  readonly rows: RowSealing;
  readonly letters: LetterSealing;
  readonly snapshots: SnapshotSealing;
}
