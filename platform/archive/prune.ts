import type { EventLog } from '../event-log/kafka';
import type { LogKeeper } from '../event-log/ports';
import { openFiles } from './files/open';
import { verifyTopic } from './verify';
import type { ArchiveFinding } from './verify';

/** Somebody who reads a topic at the brokers alone, and where they stand in each partition. */
export interface LogFollower {
  readonly name: string;
  /** The next offset they will read; a partition that is not named was never begun. */
  readonly next: ReadonlyMap<number, bigint>;
}

export interface PruneOptions {
  readonly topic: string;
  readonly folder: string;
  /** The brokers' log alone. */
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly keeper: Pick<LogKeeper, 'forgetBefore'>;
  readonly groupPrefix: string;
  /** By partition the first offset that is young enough to stay. */
  readonly youngFrom: ReadonlyMap<number, bigint>;
  readonly followers: readonly LogFollower[];
  /** Only say what would be forgotten. */
  readonly isDryRun: boolean;
  progress?(records: number): void;
}

/** What may be forgotten of one partition. */
export interface PrunePlan {
  readonly partition: number;
  /** First offset that the brokers hold, and the first that they will hold. */
  readonly low: bigint;
  readonly before: bigint;
  /** What keeps the rest: `age`, `files`, or the name of a follower. */
  readonly keptBy: string;
}

export interface PruneReport {
  readonly topic: string;
  /** `refused`: the files are not sound, and nothing was forgotten. */
  readonly verdict: 'pruned' | 'planned' | 'refused';
  readonly records: number;
  readonly partitions: readonly {
    readonly partition: number;
    readonly low: string;
    readonly before: string;
    readonly keptBy: string;
  }[];
  readonly findings: readonly ArchiveFinding[];
}

/**
 * Deletes at the brokers what is old enough, what every follower has read, and what the files hold: each of these
 * records is read once more from file and broker, and both must be the same. The last record of the files stays at the
 * brokers, so that whoever comes from the files can see that the two belong together. Nothing is deleted of a topic of
 * which anything is wrong.
 */
export async function pruneTopic(options: PruneOptions): Promise<PruneReport> {
  const { topic, keeper, isDryRun } = options;
  const plans = await planPrune(options);
  const targets = new Map(
    plans.filter(({ low, before }) => before > low).map((one) => [one.partition, one.before]),
  );
  const report = {
    topic,
    records: plans.reduce((sum, { low, before }) => sum + Number(before - low), 0),
    partitions: plans.map((one) => ({
      ...{ ...one, low: one.low.toString(), before: one.before.toString() },
    })),
  };
  if (targets.size === 0) return { ...report, verdict: 'planned', findings: [] };
  const { findings } = await verifyTopic({ ...options, onlyHeldBefore: targets });
  if (findings.length > 0) return { ...report, verdict: 'refused', records: 0, findings };
  if (isDryRun) return { ...report, verdict: 'planned', findings };
  await keeper.forgetBefore(topic, targets);
  return { ...report, verdict: 'pruned', findings };
}

async function planPrune(options: PruneOptions): Promise<readonly PrunePlan[]> {
  const { topic, eventLog, youngFrom, followers } = options;
  const files = openFiles(options.folder);
  return (await eventLog.marks(topic)).map(({ partition, low }) => {
    const held = files.partition({ topic, partition });
    const bounds = [
      { keptBy: 'age', before: youngFrom.get(partition) ?? 0n },
      { keptBy: 'files', before: held === undefined ? 0n : held.next - 1n },
      ...followers.map(({ name, next }) => ({ keptBy: name, before: next.get(partition) ?? 0n })),
    ];
    const [least] = bounds.sort((one, other) => (one.before < other.before ? -1 : 1));
    const { before = 0n, keptBy = 'age' } = least ?? {};
    return { partition, low, keptBy, before: before > low ? before : low };
  });
}
