import { canonicalJson } from '../kernel/json';
import { isFault } from '../kernel/faults';
import type { StepAnswer } from '../kernel/step';
import type { NamedStepRecord } from '../outbox/ports';
import type { StepParticipant } from '../participant/handle';
import { waiter } from '../runtime/waiter';
import { toSendAgain } from './believed';
import type { SentMessage } from './believed';
import type { RestoreFinding } from './codes';

/** What Temporal remembers of one run of a saga, as far as it is about one service. */
export interface SagaHistory {
  readonly workflowId: string;
  readonly isRunning: boolean;
  readonly sent: readonly SentMessage[];
}

export interface RedoOptions {
  readonly histories: AsyncIterable<SagaHistory>;
  readonly participant: Pick<StepParticipant, 'handle'>;
  readonly stepRecordsOf: (sagaId: string) => Promise<readonly NamedStepRecord[]>;
  /** Only say what would be sent. */
  readonly isDryRun: boolean;
  progress?(at: { readonly sagas: number; readonly messages: number }): void;
}

/** What came of it. */
export interface RedoReport {
  /** Runs of sagas that were looked at. */
  readonly sagas: number;
  /** Messages that were sent again, or would be. */
  readonly messages: number;
  readonly findings: readonly RestoreFinding[];
}

const triesMax = 20;
const pauseMs = 250;
const attemptMs = 30_000;

/**
 * Sends a restored service what its sagas were answered and it no longer knows: through the fence, which makes every
 * repeat harmless, in the order in which it was answered first, since a step may need what another saga's step left.
 */
export async function redo(options: RedoOptions): Promise<RedoReport> {
  const told = await remembered(options);
  const again: SentMessage[] = [];
  for (const [sagaId, { sent, isRunning }] of told.bySaga) {
    const rows = await options.stepRecordsOf(sagaId);
    const byStep = new Map(rows.map((row) => [row.step, row]));
    again.push(...toSendAgain(sent.sort(byTime), byStep, isRunning));
  }
  again.sort(byTime);
  const report = { sagas: told.runs, messages: again.length };
  if (options.isDryRun) return { ...report, findings: [] };
  const findings: RestoreFinding[] = [];
  const busy: SentMessage[] = [];
  for (const [index, one] of again.entries()) {
    const finding = await sendAgain(options, one);
    if (finding?.code === 'REDO_FAILED') busy.push(one);
    else if (finding !== undefined) findings.push(finding);
    options.progress?.({ sagas: told.runs, messages: index + 1 });
  }
  // What another saga held then may be free by now.
  for (const one of busy) {
    const finding = await sendAgain(options, one);
    if (finding !== undefined) findings.push(finding);
  }
  return { ...report, findings };
}

const timeOf = ({ answeredAt, sentAt }: SentMessage): string => answeredAt ?? sentAt;

/** In the order of the answers; whatever had none counts from when it was sent. */
function byTime(left: SentMessage, right: SentMessage): number {
  const [first, second] = [timeOf(left), timeOf(right)];
  return first < second ? -1 : Number(first > second);
}

/** A saga may have several runs, and a recovery of its own: what they sent is one story. */
async function remembered(options: RedoOptions) {
  const bySaga = new Map<string, { readonly sent: SentMessage[]; isRunning: boolean }>();
  let runs = 0;
  for await (const { sent, isRunning } of options.histories) {
    runs += 1;
    for (const one of sent) {
      const { sagaId } = one.message;
      const saga = bySaga.get(sagaId) ?? { sent: [], isRunning };
      saga.sent.push(one);
      saga.isRunning ||= isRunning;
      bySaga.set(sagaId, saga);
    }
    options.progress?.({ sagas: runs, messages: 0 });
  }
  return { bySaga, runs };
}

async function sendAgain(
  { participant }: RedoOptions,
  { message, answer }: SentMessage,
): Promise<RestoreFinding | undefined> {
  const { kind, step, sagaId } = message;
  const subject = `${sagaId} ${kind} "${step}"`;
  let now: StepAnswer;
  try {
    now = await insisting(() => participant.handle(message, { timeoutMs: attemptMs }));
  } catch (error) {
    if (!isFault(error)) throw error;
    // Nobody was told anything, and the step is shut: the saga will hear so itself.
    if (answer === undefined && error.code === 'STEP_FENCED') return undefined;
    return { code: 'REDO_FAILED', subject, detail: error.message };
  }
  if (answer === undefined || isSame(answer, now)) return undefined;
  const code = now.answer === 'refused' ? 'REDO_REFUSED' : 'REDONE_DIFFERENTLY';
  return { code, subject, detail: `was answered ${said(answer)}, is answered ${said(now)} now` };
}

/** An undo of an effect that is lost with its forward finds none: nothing stands, as it was told. */
function isSame(before: StepAnswer, now: StepAnswer): boolean {
  if (before.answer === 'undone' && now.answer === 'no-effect') return true;
  return canonicalJson(before) === canonicalJson(now);
}

const said = (answer: StepAnswer): string =>
  answer.answer === 'refused' ? `refused ${answer.code}` : answer.answer;

/** A lock that another saga holds goes with a message of this very list; a conflict passes. */
async function insisting(work: () => Promise<StepAnswer>): Promise<StepAnswer> {
  const pause = waiter();
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error) || error.action !== 'retry' || tries === triesMax) throw error;
      await pause.wait(pauseMs);
    }
  }
}
