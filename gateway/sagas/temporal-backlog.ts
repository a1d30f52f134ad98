import type { WorkflowClient } from '@temporalio/client';
import type { QueueBacklog } from './backlog';

/** Values of Temporal's enumeration of task queues. */
const taskQueueType = { workflow: 1, activity: 2 } as const;

interface BacklogPorts {
  readonly workflow: Pick<WorkflowClient, 'workflowService'>;
  readonly namespace: string;
  readonly within: <Found>(ms: number, ask: () => Promise<Found>) => Promise<Found>;
  readonly rpcMs: number;
}

interface Span {
  readonly seconds?: unknown;
  readonly nanos?: unknown;
}

/** Numbers of protobuf come as numbers or as long integers. */
const msOf = ({ seconds = 0, nanos = 0 }: Span): number =>
  Number(String(seconds)) * 1_000 + Number(String(nanos)) / 1e6;

/**
 * What Temporal says of its queues: of the workflows' own, and of the activities' of sagas and services. Sticky queues
 * are not asked: who is at work on a saga already takes its tasks first.
 */
export function askQueues(
  { workflow, namespace, within, rpcMs }: BacklogPorts,
  queues: { readonly sagas: string; readonly services: readonly string[] },
): Promise<readonly QueueBacklog[]> {
  const ask = async (name: string, type: keyof typeof taskQueueType): Promise<QueueBacklog> => {
    const { stats } = await workflow.workflowService.describeTaskQueue({
      ...{ namespace, taskQueue: { name }, taskQueueType: taskQueueType[type] },
      reportStats: true,
    });
    return {
      queue: `${name} ${type}`,
      count: Number(String(stats?.approximateBacklogCount ?? 0)),
      ageMs: msOf(stats?.approximateBacklogAge ?? {}),
      takenPerSecond: stats?.tasksDispatchRate ?? 0,
    };
  };
  return within(rpcMs, () =>
    Promise.all([
      ask(queues.sagas, 'workflow'),
      ...[queues.sagas, ...queues.services].map((name) => ask(name, 'activity')),
    ]),
  );
}
