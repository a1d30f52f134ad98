import { crashPoint } from '../../runtime/crash-point';
import type { Log } from '../../runtime/log';
import { waiter } from '../../runtime/waiter';
import type { LogMessage, LogWriter } from '../ports';
import type { DeadLetter, LetterStore } from './port';

const limits = { batchSizeMax: 50, sendTimeoutMs: 5_000, idleMs: 5_000, retryMs: 5_000 } as const;
/** Dead letters are few; one partition keeps them in order of arrival. */
const partition = 0;

export interface DeadLetterCopierOptions {
  readonly store: Pick<LetterStore, 'uncopiedLetters' | 'markCopied'>;
  readonly writer: LogWriter;
  readonly topic: string;
  readonly log: Log;
  /** Pause after a failure, 5 s unless told. */
  readonly retryMs?: number;
}

/**
 * Copies dead letters to the log for tools outside: each at least once, also those that were done with before their
 * turn came. The store stays the truth.
 */
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
        await pause.wait(options.retryMs ?? limits.retryMs);
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

async function copySome(options: DeadLetterCopierOptions): Promise<number> {
  const letters = await options.store.uncopiedLetters(limits.batchSizeMax);
  // One at a time: a letter may be as large as a message may be.
  for (const letter of letters) {
    await append(options, letter);
    await crashPoint('letters.copied-not-marked', letter.id);
    await options.store.markCopied([letter.id]);
  }
  return letters.length;
}

/** What does not open, and what the broker will never take, goes without content: it holds up none of those behind. */
async function append({ writer, topic, log }: DeadLetterCopierOptions, letter: DeadLetter) {
  const message = messageOf(letter);
  if (letter.isRefused) {
    const headers = { ...message.headers, dl_content: 'refused' };
    await writer.append(topic, partition, [{ ...message, headers }], limits.sendTimeoutMs);
    return;
  }
  try {
    await writer.append(topic, partition, [message], limits.sendTimeoutMs);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'RECORD_REFUSED') throw error;
    log.warn('a dead letter is copied without its content', { topic, eventId: letter.id, error });
    const headers = { ...causeHeaders(letter), dl_content: 'omitted' };
    const bare = { key: message.key, value: '', headers };
    await writer.append(topic, partition, [bare], limits.sendTimeoutMs);
  }
}

/** The message as it was, with where it stood and why it is here in headers of its own. */
export function messageOf(letter: DeadLetter): LogMessage {
  const { record, aggregateId: key } = letter;
  return { key, value: record.value, headers: { ...record.headers, ...causeHeaders(letter) } };
}

function causeHeaders(letter: DeadLetter): Record<string, string> {
  const { record } = letter;
  return {
    dl_id: letter.id,
    dl_projection: letter.projection,
    dl_reason: letter.reason,
    dl_detail: letter.detail,
    dl_group: letter.group,
    dl_cause: letter.cause,
    dl_topic: record.topic,
    dl_partition: String(record.partition),
    dl_offset: record.offset,
    dl_time: letter.parkedAt,
  };
}
