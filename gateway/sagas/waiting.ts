import type { SagaEngine } from './engine';

/**
 * The engine of a gateway that is going to stop some day: from then on whoever waits for the end of a saga is told at
 * once what is known of it, instead of being cut off.
 */
export function endingWaits<Engine extends Pick<SagaEngine, 'ended'>>(
  engine: Engine,
  draining: AbortSignal,
): Engine {
  return {
    ...engine,
    ended: (workflowId, waitMs) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => resolve(false);
        if (draining.aborted) return giveUp();
        draining.addEventListener('abort', giveUp, { once: true });
        const clear = () => draining.removeEventListener('abort', giveUp);
        engine.ended(workflowId, waitMs).then(resolve, reject).finally(clear);
      }),
  };
}
