import type { ParkedGroup } from '../gateway/answers';
import type { BulkProgress } from '../gateway/saga-answers';

/** The condition that finds the sagas of a group, and no others. */
export function groupFilter({ saga, step, reason }: Pick<ParkedGroup, 'saga' | 'step' | 'reason'>) {
  return { saga, step, parkedReason: reason, state: 'parked' as const };
}

/** The group that an address names stands first. */
export function withFirst(
  groups: readonly ParkedGroup[],
  wanted: { readonly saga?: string; readonly step?: string; readonly reason?: string },
): readonly ParkedGroup[] {
  const isWanted = (group: ParkedGroup): boolean =>
    group.saga === wanted.saga && group.step === wanted.step && group.reason === wanted.reason;
  return [...groups.filter(isWanted), ...groups.filter((group) => !isWanted(group))];
}

/** How far a bulk run is, in one sentence. */
export function progressText(progress: BulkProgress): string {
  const { state, total, accepted, failed } = progress;
  const counts = `${accepted} of ${total} taken, ${failed} refused`;
  switch (state) {
    case 'running':
      return `Under way: ${counts}.`;
    case 'stopped':
      return `Stopped at the first new failure: ${counts}.`;
    case 'cancelled':
      return `Ended by a person: ${counts}.`;
    case 'done':
      return `Done: ${counts}.`;
  }
}
