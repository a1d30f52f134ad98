import { crashPoint } from '../../runtime/crash-point';
import { waiter } from '../../runtime/waiter';
import type { LogBatch, LogFlow, LogRecord, TopicPartition } from '../ports';
import { traceEvent } from '../trace';
import type { CompleteProjectorOptions, PartitionStatus } from './options';
import { planReadings } from './plan';
import { readRecord } from './reading';
import type { Reading } from './reading';
import { ClaimLost } from './store-port';
import type { Claim, Halt } from './store-port';
import type { Plan } from './view';

/** One assigned partition of one projection, from the assignment to the next. */
export interface PartitionRun {
  /** Claims the partition, finds its place in the log and lets records flow; throws when it cannot yet. */
  takeUp(): Promise<void>;
  /** Applies what it can of a batch; answers how many records are done with. */
  read(batch: LogBatch): Promise<number>;
  /** A partition that stands still takes up another generation of the read model where there is one by now. */
  lookAgain(): Promise<void>;
  status(): PartitionStatus;
  /** No more retries: the partition was given to somebody else, or the process ends. */
  end(): void;
}

/** Faults that a person must look at; nothing but a restart makes the projector try again. */
const final = new Set<string>(['HISTORY_FORKED', 'LOG_TRUNCATED']);

/** Builds the run of one partition. Between runs nothing is remembered but what the store says. */
export function createPartitionRun(
  options: CompleteProjectorOptions,
  place: TopicPartition,
  flow: LogFlow,
): PartitionRun {
  const { projection, store, limits, observe } = options;
  const pause = waiter();
  let claim: Claim | undefined;
  let halt: PartitionStatus['halt'];
  let noted: Halt | undefined;
  let retryMs: number = limits.retryMsMin;
  let isEnded = false;

  async function takeUp(): Promise<void> {
    const marks = (await options.eventLog.marks(place.topic))[place.partition];
    // A run that ended meanwhile must not raise the epoch under whoever has the partition now.
    if (isEnded) return;
    const taken = await store.claim(projection.name, place);
    if (isEnded) return;
    claim = taken;
    const { nextOffset } = taken;
    if (marks === undefined || nextOffset < marks.low || nextOffset > marks.high) {
      const held = marks ? `${marks.low} to ${marks.high}` : 'nothing';
      const detail = `the checkpoint is ${nextOffset}, the log holds ${held}`;
      await stop({ code: 'LOG_TRUNCATED', detail });
      return;
    }
    await store.noteEnd(projection.name, place, marks.high);
    if (!noted) await note(undefined);
    halt = undefined;
    flow.seek(place, nextOffset);
    flow.resume(place);
  }

  async function read(batch: LogBatch): Promise<number> {
    let done = 0;
    try {
      while (done < batch.records.length && batch.isCurrent() && !halt && claim) {
        const plan = await applyNext(batch.records.slice(done));
        done += plan.handled;
        await afterwards(plan, batch.records.slice(done));
        await batch.heartbeat();
      }
    } catch (error) {
      if (isOfGroup(error)) throw error;
      if (hasCode(error, 'GENERATION_SWITCHED')) return await changeOver(done);
      if (hasCode(error, 'CLAIM_LOST')) retryMs = Math.max(retryMs, limits.reclaimMs);
      stand('STORE_FAILED', error instanceof Error ? error.message : String(error));
    }
    return done;
  }

  /** The other generation has read to a place of its own: what is left of the batch is not for it. */
  async function changeOver(done: number): Promise<number> {
    try {
      noted = undefined;
      await takeUp();
    } catch (error) {
      stand('STORE_FAILED', error instanceof Error ? error.message : String(error));
    }
    return done;
  }

  async function lookAgain(): Promise<void> {
    if (isEnded || !halt || !claim || (await store.isCurrent(claim))) return;
    await changeOver(0);
  }

  async function applyNext(records: readonly LogRecord[]): Promise<Plan> {
    return applyAll(records.slice(0, limits.batchSizeMax).map(reading), 'follow');
  }

  async function applyAll(readings: readonly Reading[], mode: 'follow' | 'fill'): Promise<Plan> {
    if (!claim) throw new Error('the partition was not taken up');
    const held = claim;
    const span = { kind: 'project', name: projection.name, beganMs: Date.now() } as const;
    const plan = await store.apply(held, readings, (view) => {
      demandNotSetBack(held.nextOffset, view.nextOffset);
      return planReadings(projection, view, readings, mode);
    });
    claim = { ...held, nextOffset: plan.nextOffset };
    await crashPoint('projector.applied-not-resolved', projection.name);
    observe.applied(plan.applied);
    plan.applied.forEach((event) => traceEvent(event, span));
    if (plan.duplicates > 0) observe.duplicates(plan.duplicates);
    plan.letters.forEach(({ reason }) => observe.deadLetter(reason));
    if (plan.letters.length > 0) options.onDeadLetters();
    return plan;
  }

  function reading(record: LogRecord): Reading {
    return readRecord(record, projection, options.schemas);
  }

  async function afterwards(plan: Plan, rest: readonly LogRecord[]): Promise<void> {
    if (plan.halt === undefined) {
      retryMs = limits.retryMsMin;
      if (noted) await note(undefined);
      return;
    }
    const { missing } = plan.halt;
    const filling = missing === undefined ? undefined : await fill(missing, rest);
    if (filling?.halt !== undefined) await stop(filling.halt);
    else if (filling === undefined) await stop(plan.halt);
  }

  /**
   * A missing number may stand further on in the log, sent late: applied out of turn, it closes the gap. Undefined
   * where it is not there or closes nothing; with a halt where it is there and cannot be applied.
   */
  async function fill(
    missing: { readonly aggregateId: string; readonly seq: number },
    rest: readonly LogRecord[],
  ): Promise<Plan | undefined> {
    const found = rest
      .filter(({ key }) => key === missing.aggregateId)
      .map(reading)
      .find((one) => one.event?.seq === missing.seq && one.problem === undefined);
    if (!found) return undefined;
    const plan = await applyAll([found], 'fill');
    return plan.halt || plan.applied.length + plan.letters.length > 0 ? plan : undefined;
  }

  async function stop(why: Halt): Promise<void> {
    stand(why.code, why.detail);
    await note(why);
  }

  async function note(why: Halt | undefined): Promise<void> {
    if (!claim) return;
    observe.halted(place, why?.code);
    await store.halt(claim, why);
    noted = why;
  }

  /** Pauses the partition and, unless a person must look, has another try later. */
  function stand(code: NonNullable<PartitionStatus['halt']>['code'], detail: string): void {
    if (isEnded) return; // the partition is a later run's to steer
    flow.pause(place);
    halt = { code, detail };
    options.log.error('a partition stands still', { code, reason: detail, ...place });
    if (!final.has(code)) void retryLater();
  }

  async function retryLater(): Promise<void> {
    await pause.wait(retryMs);
    retryMs = Math.min(retryMs * 2, limits.retryMsMax);
    if (isEnded) return;
    try {
      await takeUp();
    } catch (error) {
      options.log.warn('a partition could not be taken up again', { error, ...place });
      void retryLater();
    }
  }

  return {
    takeUp,
    read,
    lookAgain,
    status() {
      // What was noted stands until a record behind it was applied, also while that is being tried.
      const shown = halt ?? noted;
      return { ...place, nextOffset: claim?.nextOffset ?? 0n, ...(shown ? { halt: shown } : {}) };
    },
    end: () => {
      isEnded = true;
      pause.stop();
    },
  };
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}

/** Errors by which the client library itself leaves a batch, for example when the group is shared out again. */
function isOfGroup(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}

/** A read model that was restored under us stands further back: it is taken up again, from where it stands. */
function demandNotSetBack(ours: bigint, stored: bigint): void {
  if (stored < ours) throw new ClaimLost(`the place was set back from ${ours} to ${stored}`);
}
