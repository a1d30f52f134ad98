import type { ClientSession, MongoClient } from 'mongodb';
import { pauseAfterMs } from '../conflict';
import { beforeDeadline } from '../deadline';
import { isUnknownCommit, sortError } from './errors';

/**
 * Snapshot reads are only as good as the commit that follows them, so both concerns are set on the transaction itself,
 * and a transaction that only read is committed as well.
 */
const transactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true },
  readPreference: 'primary',
} as const;

/** Asks the database something within a transaction; gives up at its deadline, errors come out sorted. */
export type Ask = <Result>(question: Promise<Result>) => Promise<Result>;

/**
 * Runs `work` in one transaction that ends before `deadlineMs`. What `work` throws is thrown on after the snapshot it
 * was decided on has proved durable; what `write` throws aborts. A commit of unknown outcome is asked again until
 * the deadline, and is a fault then.
 */
export async function inTransaction<Outcome>(
  client: MongoClient,
  deadlineMs: number,
  parts: {
    work(session: ClientSession, ask: Ask): Promise<Outcome>;
    write(session: ClientSession, ask: Ask, outcome: Outcome): Promise<void>;
  },
): Promise<Outcome> {
  let isLost = false;
  const ask: Ask = (question) =>
    beforeDeadline(question, deadlineMs).catch((error: unknown) => {
      isLost = true;
      throw sortError(error);
    });
  const session = client.startSession();
  try {
    session.startTransaction({
      ...transactionOptions,
      maxCommitTimeMS: Math.max(1, Math.ceil(deadlineMs - performance.now())),
    });
    const outcome = await parts.work(session, ask).catch(async (error: unknown) => {
      if (!isLost) await commit(session, deadlineMs);
      throw error;
    });
    await parts.write(session, ask, outcome);
    await commit(session, deadlineMs);
    return outcome;
  } finally {
    await beforeDeadline(session.endSession(), performance.now() + abortWaitMsMax).catch(
      lostAnyway,
    );
  }
}

/** Ending a session aborts what it did not commit. An abort that is not heard is the server's to time out. */
const abortWaitMsMax = 1_000;
const lostAnyway = () => undefined;

async function commit(session: ClientSession, deadlineMs: number): Promise<void> {
  for (let number = 1; ; number += 1) {
    try {
      return await beforeDeadline(session.commitTransaction(), deadlineMs);
    } catch (error) {
      const pauseMs = pauseAfterMs(number);
      const isLate = performance.now() + pauseMs >= deadlineMs;
      if (!isUnknownCommit(error) || isLate) throw sortError(error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
