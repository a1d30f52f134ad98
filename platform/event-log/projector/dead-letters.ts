import type { Log } from '../../runtime/log';
import { waiter } from '../../runtime/waiter';
import type { LogMessage, LogWriter } from '../ports';
import type { DeadLetter, ProjectionStore } from './store-port';

const limits = { batchSizeMax: 50, sendTimeoutMs: 5_000, idleMs: 5_000, retryMs: 5_000 } as const;
/** Dead letters are few; one partition keeps them in order of arrival. */
const partition = 0;

export interface DeadLetterCopierOptions {
  readonly store: Pick<ProjectionStore, 'deadLetters' | 'markCopied'>;
  readonly writer: LogWriter;
  readonly topic: string;
  readonly log: Log;
}

/** Copies dead letters to the log for tools outside; at least once, the store stays the truth. */
export interface DeadLetterCopier {
  wake(): void;
  stop(): Promise<void>;
}

export function startDeadLetterCopier(options: DeadLetterCopierOptions): DeadLetterCopier {
  const bell = waiter();
  const pause = waiter();
  const state = { stopped: false };

  async function run(): Promise<void> {
    while (!state.stopped) {
      try {
        if ((await copySome(options)) === 0) await bell.wait(limits.idleMs);
      } catch (error) {
        options.log.warn('dead letters could not be copied', { topic: options.topic, error });
        await pause.wait(limits.retryMs);
      }
    }
  }

  const finished = run();
  return {
    wake: () => bell.wake(),
    stop: async () => {
      state.stopped = true;
      bell.stop();
      pause.stop();
      await finished;
    },
  };
}

async function copySome({ store, writer, topic }: DeadLetterCopierOptions): Promise<number> {
  const letters = await store.deadLetters({ uncopied: true, limitMax: limits.batchSizeMax });
  // One at a time: a letter may be as large as a message may be.
  for (const letter of letters) {
    await writer.append(topic, partition, [messageOf(letter)], limits.sendTimeoutMs);
    await store.markCopied([letter.id]);
  }
  return letters.length;
}

/** The message as it was, with where it stood and why it is here in headers of its own. */
export function messageOf(letter: DeadLetter): LogMessage {
  const { record } = letter;
  const headers = {
    ...record.headers,
    dl_projection: letter.projection,
    dl_reason: letter.reason,
    dl_detail: letter.detail,
    dl_topic: record.topic,
    dl_partition: String(record.partition),
    dl_offset: record.offset,
    dl_time: letter.parkedAt,
  };
  return { key: letter.aggregateId, value: record.value, headers };
}
