import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/json';
import type { Reading, Problem } from '../projector/reading';

/** Why letters wait, without what differs from one to the next: letters of one cause are one group. */
export interface Cause {
  /** 12 hexadecimal digits, the same for the same cause on every machine. */
  readonly group: string;
  readonly cause: string;
}

const causeLengthMax = 300;
/** Words with a digit in them: ids, hashes, numbers, times. */
const changing = /[\w-]*\d[\w-]*/g;

/** The cause of one letter: projection, reason, type of the event, and what was said, names and numbers taken out. */
export function causeOf(
  projection: string,
  { record, event, aggregateId }: Pick<Reading, 'record' | 'event' | 'aggregateId'>,
  { reason, detail }: Problem,
): Cause {
  const type = event?.type ?? record.headers.ce_type ?? 'no event';
  const said = detail.replaceAll(aggregateId, '*').replaceAll(changing, '*');
  const cause = `${type}: ${said}`.slice(0, causeLengthMax);
  const digits = createHash('sha256').update(canonicalJson([projection, reason, cause]));
  return { group: digits.digest('hex').slice(0, 12), cause };
}
