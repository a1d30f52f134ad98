import type { ProjectionLag } from '../gateway/answers';
import { counted } from '../parts/counted';

export interface LagLook {
  readonly state: 'halted' | 'behind' | 'abreast';
  readonly says: string;
}

/** Behind by more than a batch is worth a word. */
const behindFrom = 200;

/** How a projection stands. A halt counts more than any number of records. */
export function lagLook({ partitions, records }: ProjectionLag): LagLook {
  const halted = partitions.filter(({ halt }) => halt !== undefined).length;
  const behind = `${counted(records, 'record')} behind`;
  if (halted > 0) {
    const which = halted === 1 ? 'One partition stands' : `${halted} partitions stand`;
    return { state: 'halted', says: `${which} still, ${behind}` };
  }
  if (records >= behindFrom) return { state: 'behind', says: behind };
  return { state: 'abreast', says: records === 0 ? 'abreast of the log' : behind };
}
