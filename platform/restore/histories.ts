import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { StepAnswer, StepMessage } from '../kernel/step';
import { sagaQueue } from '../saga/wire';
import type { SentMessage } from './believed';
import type { SagaHistory } from './redo';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];

/** Clients of one Temporal: a workflow of somebody else must not stop who looks for ours. */
export interface HistoryClients {
  /** Asks which sagas there are; needs no key. */
  readonly looking: Pick<Client, 'workflow'>;
  /** Opens what was sent in them. */
  readonly reading: Client;
}

/**
 * What Temporal remembers of every saga of one instance that runs, or has ended since `since`, as far as it was sent to
 * one service. Histories are read one at a time; those that Temporal has deleted are not in it. A namespace may serve
 * other instances too, whose sagas this service never knew: the queue tells whose a saga is.
 */
export async function* sagaHistories(
  { looking, reading }: HistoryClients,
  service: { readonly name: string; readonly instance: string },
  since: Date,
): AsyncGenerator<SagaHistory> {
  const ours = `TaskQueue = "${sagaQueue(service.instance)}"`;
  const query = `${ours} AND (ExecutionStatus = "Running" OR CloseTime > "${since.toISOString()}")`;
  for await (const run of looking.workflow.list({ query })) {
    const sent = await sentTo(reading, service.name, run);
    if (sent.length > 0) {
      yield { workflowId: run.workflowId, isRunning: run.status.name === 'RUNNING', sent };
    }
  }
}

async function sentTo(
  client: Client,
  service: string,
  { workflowId, runId }: WorkflowExecutionInfo,
): Promise<readonly SentMessage[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const { loadedDataConverter, namespace } = client.options;
  const context = { type: 'workflow', namespace, workflowId } as const;
  const decode = (payloads: Payloads) =>
    decodeArrayFromPayloads(loadedDataConverter, payloads, context);
  return readSent(events ?? [], service, decode);
}

type Decode = (payloads: Payloads) => Promise<unknown[]>;

/** The messages of one history that went to a service, in its order, with what they were answered. */
export async function readSent(
  events: readonly HistoryEvent[],
  service: string,
  decode: Decode,
): Promise<readonly SentMessage[]> {
  const sent = new Map<string, SentMessage>();
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes;
    const name = scheduled?.activityType?.name ?? '';
    if (scheduled && name.startsWith(`${service}.`)) {
      const [message] = await decode(scheduled.input?.payloads);
      if (isMessage(message)) {
        sent.set(String(event.eventId), { message, answer: undefined, sentAt: timeOf(event) });
      }
    } else if (completed) {
      const [answer] = sent.has(String(completed.scheduledEventId))
        ? await decode(completed.result?.payloads)
        : [];
      note(completed.scheduledEventId, event, answer as StepAnswer | undefined);
    } else if (failed) {
      const info = failed.failure?.applicationFailureInfo;
      const [detail] = info ? await decode(info.details?.payloads) : [];
      note(failed.scheduledEventId, event, refusalOf(detail));
    }
  }
  return [...sent.values()];

  function note(scheduledId: unknown, event: HistoryEvent, answer: StepAnswer | undefined): void {
    const one = sent.get(String(scheduledId));
    if (one === undefined || answer === undefined) return;
    sent.set(String(scheduledId), { ...one, answer, answeredAt: timeOf(event) });
  }
}

/** Recovery's own questions (`close`, `rows`, `trim`) have names of the service too, and are no messages. */
function isMessage(value: unknown): value is StepMessage {
  const { kind, sagaId, step, epoch } = (value ?? {}) as Partial<StepMessage>;
  return [kind, sagaId, step].every((it) => typeof it === 'string') && typeof epoch === 'number';
}

/** A refusal crosses as a failure that carries it; every other failure answers nothing. */
function refusalOf(detail: unknown): StepAnswer | undefined {
  const { kind, code, detail: text } = (detail ?? {}) as Record<string, unknown>;
  if (kind !== 'refusal' || typeof code !== 'string') return undefined;
  return { answer: 'refused', code, detail: typeof text === 'string' ? text : '' };
}

function timeOf({ eventTime }: HistoryEvent): string {
  const ms = Number(eventTime?.seconds ?? 0) * 1_000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
