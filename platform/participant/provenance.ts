import type { StepMessage } from '../kernel/step';
import type { StepProvenance, StepRecord } from './fence-table';

/**
 * What a row will say of where it came from, once this message has written it. A forward says best what its step is;
 * an undo or settle that overtook it speaks until it comes. The time of the first writing never changes, and a row
 * that is older than the column does not pretend to have one.
 */
export function provenanceOf(
  row: StepRecord | undefined,
  message: Pick<StepMessage, 'kind' | 'command' | 'plan'>,
  now: string,
): StepProvenance {
  const isForward = message.kind === 'forward';
  const command = isForward ? message.command : (row?.command ?? message.command);
  const plan = isForward ? (message.plan ?? row?.plan) : (row?.plan ?? message.plan);
  const recordedAt = row === undefined ? now : row.recordedAt;
  return {
    command,
    ...(plan === undefined ? {} : { plan }),
    ...(recordedAt === undefined ? {} : { recordedAt }),
  };
}
