import type { WorkflowHandle } from '@temporalio/client';

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** An activity that the saga has asked for. */
export interface AskedActivity {
  readonly activityId: string;
  /** Its summary says which it is: `open order`, `undo open order`, `journal: finished`. */
  readonly what: string;
  readonly scheduledAt: number;
  /** Event id of its end; absent while it is on its way. */
  readonly endedAt?: number;
}

/** A history as far as it goes. An event's id is the length of the history that it ends. */
export interface HistoryNow {
  readonly length: number;
  /** Where the newest workflow task is. */
  readonly task: 'scheduled' | 'started' | 'over';
  readonly activities: readonly AskedActivity[];
  readonly cancelRequestedAt?: number;
  readonly isClosed: boolean;
  /** Tasks that failed for another reason than that something came in while the saga was about to close. */
  readonly failedTasks: number;
}

export async function historyOf(handle: WorkflowHandle): Promise<HistoryNow> {
  const events = (await handle.fetchHistory()).events ?? [];
  const cancel = events.find((it) => it.workflowExecutionCancelRequestedEventAttributes);
  return {
    length: events.length,
    task: taskOf(events),
    activities: activitiesOf(events),
    ...(cancel === undefined ? {} : { cancelRequestedAt: Number(cancel.eventId) }),
    isClosed: isClosing(events.at(-1)),
    failedTasks: events.filter(isMistake).length,
  };
}

/** temporal.api.enums.v1.WorkflowTaskFailedCause: WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND */
const unhandled = 1;

function isMistake({ workflowTaskFailedEventAttributes: failed }: Event): boolean {
  return failed ? Number(failed.cause) !== unhandled : false;
}

function isClosing(event: Event | undefined): boolean {
  return [
    event?.workflowExecutionCompletedEventAttributes,
    event?.workflowExecutionFailedEventAttributes,
    event?.workflowExecutionCanceledEventAttributes,
    event?.workflowExecutionTerminatedEventAttributes,
    event?.workflowExecutionTimedOutEventAttributes,
  ].some((closing) => closing);
}

function taskOf(events: readonly Event[]): HistoryNow['task'] {
  for (const event of [...events].reverse()) {
    if (event.workflowTaskScheduledEventAttributes) return 'scheduled';
    if (event.workflowTaskStartedEventAttributes) return 'started';
    if (event.workflowTaskCompletedEventAttributes) return 'over';
  }
  return 'over';
}

function activitiesOf(events: readonly Event[]): readonly AskedActivity[] {
  const ends = new Map(events.flatMap((event) => endOf(event)));
  return events.flatMap(
    ({ eventId, activityTaskScheduledEventAttributes: asked, userMetadata }) => {
      if (!asked) return [];
      const endedAt = ends.get(Number(eventId));
      return [
        {
          activityId: String(asked.activityId),
          what: textOf(userMetadata?.summary?.data),
          scheduledAt: Number(eventId),
          ...(endedAt === undefined ? {} : { endedAt }),
        },
      ];
    },
  );
}

function endOf(event: Event): readonly (readonly [number, number])[] {
  const end =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return end ? [[Number(end.scheduledEventId), Number(event.eventId)]] : [];
}

function textOf(data: Uint8Array | null | undefined): string {
  return data ? (JSON.parse(new TextDecoder().decode(data)) as string) : '';
}
