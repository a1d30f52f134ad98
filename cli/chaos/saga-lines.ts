import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import type { Arena, StartedSaga } from '../verify/arena';

/** One line of what happened, told by the zombie's own log or by the saga's history. */
export interface StoryLine {
  /** RFC 3339. */
  readonly time: string;
  readonly side: 'zombie' | 'saga';
  readonly says: string;
}

type Events = NonNullable<Awaited<ReturnType<StartedSaga['handle']['fetchHistory']>>['events']>;
type Event = Events[number];

/** What Temporal recorded of the messages to one participant: when, which attempt, whose worker, with what end. */
export async function sagaLines(
  arena: Arena,
  saga: StartedSaga,
  participantPrefix: string,
): Promise<readonly StoryLine[]> {
  const { events } = await arena.client.workflow.getHandle(saga.workflowId).fetchHistory();
  const types = new Map<string, string>();
  const starts = new Map<string, { readonly worker: string; readonly attempt: number }>();
  const lines: StoryLine[] = [];
  const tell = (event: Event, says: string) =>
    lines.push({ time: timeOf(event), side: 'saga', says });
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const type = scheduled?.activityType?.name ?? '';
    if (type.startsWith(participantPrefix)) {
      types.set(String(event.eventId), type);
      tell(event, `sends ${type}`);
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) {
      const { identity, attempt } = started;
      const start = { worker: identity ?? '', attempt: attempt ?? 0 };
      starts.set(String(started.scheduledEventId), start);
    }
    const ended = endOf(event);
    const of = types.get(String(ended?.scheduledEventId));
    if (ended !== undefined && of !== undefined) {
      const start = starts.get(String(ended.scheduledEventId));
      const by = start === undefined ? '' : ` (attempt ${start.attempt}, ${start.worker})`;
      tell(event, `${of} ${ended.how}${by}`);
    }
    const how = await closing(arena, saga.workflowId, event);
    if (how !== undefined) tell(event, `the saga ended: ${how}`);
  }
  return lines;
}

function endOf(event: Event) {
  const ends = {
    'was answered': event.activityTaskCompletedEventAttributes,
    'timed out': event.activityTaskTimedOutEventAttributes,
    failed: event.activityTaskFailedEventAttributes,
    'was given up': event.activityTaskCanceledEventAttributes,
  };
  const [how, found] = Object.entries(ends).find(([, attributes]) => attributes) ?? [];
  if (how === undefined || !found) return undefined;
  return { how, scheduledEventId: found.scheduledEventId };
}

/** A failure says why in a payload, which the client's keys open. */
async function closing(
  { client }: Arena,
  workflowId: string,
  event: Event,
): Promise<string | undefined> {
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed) {
    const { loadedDataConverter, namespace } = client.options;
    const why = await decodeOptionalFailureToOptionalError(loadedDataConverter, failed.failure, {
      type: 'workflow',
      namespace,
      workflowId,
    });
    return why?.message ?? 'failed';
  }
  return event.workflowExecutionCompletedEventAttributes ? 'completed' : undefined;
}

function timeOf({ eventTime }: Event): string {
  const ms = Number(eventTime?.seconds ?? 0) * 1_000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
