import type { RecordedEvent } from '../kernel/decision';
import type { ServiceStore } from '../outbox/ports';
import type { StepParticipant } from '../participant/handle';
import { restoreCodes } from './codes';
import type { RestoreFinding } from './codes';
import { commitsOf, inOrder } from './commits';
import type { Commit } from './commits';
import { giveBack } from './give-back';
import { redo } from './redo';
import type { RedoReport, SagaHistory } from './redo';
import { survey } from './survey';
import type { Survey, SurveyOptions } from './survey';

/** Bounds of a restore. */
export const restoreLimits = {
  /** Events of the log that are in memory at a time; with more the log is read again. */
  eventsAtOnce: 200_000,
  findingsMax: 100,
  /** How much older than the newest event of the backup a saga's end may be and still be looked at. */
  marginMs: 3_600_000,
} as const;

export interface RestoreProgress {
  readonly phase: 'database' | 'log' | 'giving back' | 'asking sagas' | 'sending again';
  readonly done: number;
}

export interface RestoreOptions extends Omit<SurveyOptions, 'store' | 'keptMax' | 'progress'> {
  readonly store: Pick<
    ServiceStore<unknown>,
    'transact' | 'history' | 'markPublished' | 'stepRecordsOf'
  >;
  readonly participant: Pick<StepParticipant, 'handle'>;
  readonly partitions: number;
  evolve(state: unknown, event: RecordedEvent): unknown;
  /** What Temporal remembers of the sagas since a moment. */
  histories(since: Date): AsyncIterable<SagaHistory>;
  /** Only look, and say what would be done. */
  readonly isDryRun: boolean;
  /** Called before each transaction; throws where the service runs after all. */
  readonly confirm?: () => Promise<void>;
  readonly eventsAtOnce?: number;
  progress?(at: RestoreProgress): void;
}

/** What a restore has found and done. */
export interface RestoreReport {
  readonly service: string;
  /** `stopped`: nothing was given back. `whole`: log, sagas and database agree. `open`: something is for a person. */
  readonly verdict: 'whole' | 'open' | 'stopped';
  /** Events that were in the log only, their aggregates, and the transactions they were written in. */
  readonly events: number;
  readonly aggregates: number;
  readonly commits: number;
  readonly sagas: number;
  readonly messages: number;
  /** Events of the database that the log has not shown: for the relay, or for `holdfast republish`. */
  readonly notInLog: number;
  /** All of them are counted, the first are told. */
  readonly found: number;
  readonly findings: readonly RestoreFinding[];
}

/**
 * Makes the restored database of one service whole again, while the service does not run: what the log has of its
 * history is written back transaction by transaction, step records with it; then what sagas were answered, and neither
 * backup nor log knows, is sent again through the fence. A fork, or a hole between backup and log, stops it before
 * anything is written. May be broken off and repeated at any point.
 */
export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const findings: RestoreFinding[] = [];
  const total = { events: 0, aggregates: 0, commits: 0 };
  let at = await look(options);
  findings.push(...at.findings);
  total.aggregates = at.behind;
  const newest = at.newest;
  const isStopped = findings.some(({ code }) => restoreCodes[code].stops);
  if (options.isDryRun) total.events = at.missingCount;
  if (!isStopped && options.isDryRun) findings.push(...torn(at));
  while (!isStopped && !options.isDryRun && at.missing.length > 0) {
    const given = await giveBackAll(options, at, total);
    findings.push(...given.findings);
    if (given.events === 0 || at.missing.length === at.missingCount) break;
    at = await look(options);
  }
  const sagas = isStopped ? nothing : await askSagas(options, newest);
  findings.push(...sagas.findings);
  const verdict = isStopped ? 'stopped' : findings.length > 0 ? 'open' : 'whole';
  return {
    ...{ service: options.service, verdict, ...total },
    ...{ sagas: sagas.sagas, messages: sagas.messages, notInLog: at.notInLog },
    ...{ found: findings.length, findings: findings.slice(0, restoreLimits.findingsMax) },
  };
}

const nothing: RedoReport = { sagas: 0, messages: 0, findings: [] };

function look(options: RestoreOptions): Promise<Survey> {
  const { eventsAtOnce: keptMax = restoreLimits.eventsAtOnce } = options;
  return survey({
    ...options,
    keptMax,
    progress: ({ phase, events: done }) => options.progress?.({ phase, done }),
  });
}

function tornFinding({ id, events, missing }: Commit): RestoreFinding {
  const { sagaId = 'no saga', step = 'no step' } = events[0] ?? {};
  const detail = `${sagaId} "${step}": the log lacks ${missing.join(', ')}`;
  return { code: 'COMMIT_TORN', subject: id, detail };
}

/** A commit that is only cut off because no more events are kept at a time is not torn. */
function torn({ missing, missingCount }: Survey): RestoreFinding[] {
  if (missing.length < missingCount) return [];
  return commitsOf(missing)
    .filter((commit) => commit.missing.length > 0)
    .map(tornFinding);
}

async function giveBackAll(
  options: RestoreOptions,
  { missing, missingCount, heads }: Survey,
  total: { events: number; commits: number },
): Promise<{ readonly events: number; readonly findings: readonly RestoreFinding[] }> {
  const isCut = missing.length < missingCount;
  const moved = new Map(heads);
  const findings: RestoreFinding[] = [];
  let given = 0;
  for (const commit of inOrder(commitsOf(missing), (id) => moved.get(id) ?? 0)) {
    if (commit.missing.length > 0) {
      // The rest of it may be behind what is kept now: the next survey begins with it.
      if (isCut) break;
      findings.push(tornFinding(commit));
    }
    await options.confirm?.();
    await giveBack(options, commit);
    for (const { aggregateId, seq } of commit.events) moved.set(aggregateId, seq);
    given += commit.events.length;
    total.events += commit.events.length;
    total.commits += 1;
    options.progress?.({ phase: 'giving back', done: total.events });
  }
  return { events: given, findings };
}

async function askSagas(options: RestoreOptions, newest: string | undefined): Promise<RedoReport> {
  const { participant, store, isDryRun } = options;
  const tell = (phase: RestoreProgress['phase'], done: number) =>
    options.progress?.({ phase, done });
  const since = new Date(newest === undefined ? 0 : Date.parse(newest) - restoreLimits.marginMs);
  return redo({
    ...{ participant, isDryRun, histories: options.histories(since) },
    stepRecordsOf: (sagaId) => store.stepRecordsOf(sagaId),
    progress: ({ sagas, messages }) =>
      messages === 0 ? tell('asking sagas', sagas) : tell('sending again', messages),
  });
}
