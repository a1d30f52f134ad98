import { sagaAggregate } from '../../platform/saga/journal/state';
import type { Arena } from './arena';
import type { CellResult } from './cell/run-cell';

/**
 * I3 and I8, counted over every event of the sagas that were explored: no message of a step recorded the same event
 * twice, and the journal has exactly one terminal record of each saga.
 */
export async function countedProblems(
  arena: Pick<Arena, 'events'>,
  results: readonly Pick<CellResult, 'workflowId' | 'outcome'>[],
): Promise<readonly string[]> {
  // A saga that never ended has its problem already.
  const ended = results.filter(({ outcome }) => outcome !== 'unknown');
  const explored = new Set(ended.map(({ workflowId }) => workflowId));
  // Children are added when they start.
  const endings = new Map(ended.map(({ workflowId }) => [sagaAggregate(workflowId), 0]));
  const effects = new Map<string, number>();
  for await (const event of arena.events()) {
    const { aggregateId, type, sagaId = '', step, direction, epoch, correlationId = '' } = event;
    const isOurs = explored.has(correlationId);
    if (isOurs && type === 'saga.started' && !endings.has(aggregateId)) endings.set(aggregateId, 0);
    const known = endings.get(aggregateId);
    if (known !== undefined && type === 'saga.finished') endings.set(aggregateId, known + 1);
    if (known !== undefined || !isOurs) continue;
    const effect = [sagaId, step, direction, epoch, aggregateId, type].join(' ');
    effects.set(effect, (effects.get(effect) ?? 0) + 1);
  }
  const twice = [...effects].filter(([, times]) => times > 1);
  const wrong = [...endings].filter(([, times]) => times !== 1);
  return [
    ...twice.map(([effect, times]) => `I3: recorded ${times} times: ${effect}`),
    ...wrong.map(([saga, times]) => `I8: ${saga} has ${times} terminal records`),
  ];
}
