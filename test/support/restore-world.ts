import type { StepMessage } from '../../platform/kernel/step';
import { createMemoryStore } from '../../platform/outbox/memory/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import type { SentMessage } from '../../platform/restore/believed';
import { restore } from '../../platform/restore/restore';
import type { RestoreOptions, RestoreReport } from '../../platform/restore/restore';
import { boxParticipant, boxPartitions, boxService } from './box-service';
import type { Box } from './box-service';
import { anySchemas } from './counting';
import { memoryLog } from './memory-log';

/** A service of boxes, what its sagas were told, and a backup: the same service after its first messages. */
export function restoreWorld() {
  const log = memoryLog('boxes', boxPartitions);
  const store = createMemoryStore<Box>();
  const participant = boxParticipant(store);
  const sent: SentMessage[] = [];
  return {
    ...{ log, store, participant, sent },
    /** Delivers a message and remembers it as Temporal would; `lost` is a reply that never came. */
    async deliver(message: StepMessage, how: { readonly lost?: true } = {}): Promise<void> {
      const sentAt = new Date(Date.UTC(2030, 0, 1) + sent.length).toISOString();
      const answer = await participant.handle(message).catch(() => undefined);
      const told = how.lost === true || answer === undefined ? {} : { answeredAt: sentAt };
      sent.push({ message, answer: how.lost === true ? undefined : answer, sentAt, ...told });
    },
    /** The database as it was after its first `count` messages: equal to the byte, since the clock counts messages. */
    async backup(count: number): Promise<ServiceStore<Box>> {
      const old = createMemoryStore<Box>();
      const then = boxParticipant(old);
      for (const { message } of sent.slice(0, count)) {
        await then.handle(message).catch(() => undefined);
      }
      return old;
    },
    /** Makes a backup whole, or says what would be done. */
    restored: (
      backup: ServiceStore<Box>,
      told: Partial<RestoreOptions> = {},
    ): Promise<RestoreReport> =>
      restore({
        ...{ service: 'boxes', topic: log.topic, eventLog: log.eventLog, store: backup },
        ...{ groupPrefix: 'projector-test', partitions: boxPartitions, isDryRun: false },
        schemas: anySchemas,
        participant: boxParticipant(backup),
        evolve: (state, event) => boxService.evolve(state as Box | undefined, event),
        async *histories() {
          yield { workflowId: 'all of them', isRunning: true, sent };
        },
        ...told,
      }),
  };
}
