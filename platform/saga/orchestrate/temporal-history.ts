import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { HistoryEvent } from './history';

type Handle = ReturnType<Client['workflow']['getHandle']>;
type Events = NonNullable<Awaited<ReturnType<Handle['fetchHistory']>>['events']>;
type Event = Events[number];
type Payloads = NonNullable<
  NonNullable<Event['activityTaskScheduledEventAttributes']>['input']
>['payloads'];

/**
 * The whole history of one run, as far as a recovery reads it; undefined when Temporal has forgotten the run.
 * Payloads are decoded by the client's own codec, so an encrypted history reads like a plain one.
 */
export async function readHistory(
  client: Client,
  target: { readonly workflowId: string; readonly runId?: string },
): Promise<readonly HistoryEvent[] | undefined> {
  const handle = client.workflow.getHandle(target.workflowId, target.runId);
  try {
    const { events } = await handle.fetchHistory();
    return await Promise.all((events ?? []).map((event) => read(client, target.workflowId, event)));
  } catch (error) {
    if (isForgotten(error)) return undefined;
    throw error;
  }
}

const grpcNotFound = 5;

/** The client reads a history without giving the server's "not found" the name that it has everywhere else. */
function isForgotten(error: unknown): boolean {
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  return name === 'WorkflowNotFoundError' || code === grpcNotFound;
}

async function read(client: Client, workflowId: string, event: Event): Promise<HistoryEvent> {
  const argument = (payloads: Payloads) => firstArgument(client, workflowId, payloads);
  const started = event.workflowExecutionStartedEventAttributes;
  const scheduled = event.activityTaskScheduledEventAttributes;
  const failed = event.workflowTaskFailedEventAttributes;
  return {
    at: timeOf(event),
    ...(started
      ? {
          started: {
            argument: await argument(started.input?.payloads),
            firstRunId: started.firstExecutionRunId ?? '',
            ...(started.continuedExecutionRunId
              ? { continuedFrom: started.continuedExecutionRunId }
              : {}),
          },
        }
      : {}),
    ...(scheduled
      ? {
          scheduled: {
            type: scheduled.activityType?.name ?? '',
            argument: await argument(scheduled.input?.payloads),
          },
        }
      : {}),
    ...(failed?.baseRunId ? { resetFrom: failed.baseRunId } : {}),
  };
}

async function firstArgument(client: Client, workflowId: string, payloads: Payloads) {
  const [payload] = payloads ?? [];
  if (payload === undefined) return undefined;
  const { payloadCodecs } = client.options.loadedDataConverter;
  const context = { type: 'workflow', namespace: client.options.namespace, workflowId } as const;
  let decoded = [payload];
  for (const codec of [...payloadCodecs].reverse()) decoded = await codec.decode(decoded, context);
  return defaultPayloadConverter.fromPayload<unknown>(decoded[0]!);
}

function timeOf({ eventTime }: Event): string {
  const ms = Number(eventTime?.seconds ?? 0) * 1_000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
