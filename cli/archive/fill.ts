import { randomUUID } from 'node:crypto';
import { importTopic } from '../../platform/archive/import';
import type { ImportReport } from '../../platform/archive/import';
import { eventPartitions } from '../../platform/event-log/topics';
import { noKeys } from '../../platform/host/sealed-store';
import { holdStopped } from '../../platform/restore/hold';
import { rewindConsumers } from '../../projections/rewind';
import type { Rewound } from '../../projections/rewind';
import { withFollowers } from './followers';
import type { Job } from './run';

export interface FillReport extends ImportReport {
  /** Read models and reactions that had read further than the files reach. */
  readonly rewound: readonly Rewound[];
}

/**
 * Fills the topic of a service that does not run from the files, and sets whoever had read on back: places behind
 * the end of the files are other records now.
 */
export async function fillTopic(job: Job): Promise<FillReport> {
  const { topic, folder, eventLog, groupPrefix, service, configOf } = job;
  const store = service.openStore(configOf(job.process), noKeys);
  try {
    const owner = `archive-${randomUUID()}`;
    const hold = await holdStopped(store, { partitions: eventPartitions, owner });
    try {
      const report = await importTopic({
        ...{ topic, folder, eventLog, groupPrefix, keeper: eventLog.keeper },
        confirm: () => hold.keep(),
        progress: (records) => job.tell(`${records.toLocaleString('en')} appended`),
      });
      const rewound = await withFollowers(job, (all) =>
        Promise.all(all.map(({ ask }) => rewindConsumers(ask, topic, report.ends))),
      );
      return { ...report, rewound: rewound.flat() };
    } finally {
      await hold.release();
    }
  } finally {
    await store.close();
  }
}
