import { randomUUID } from 'node:crypto';
import type { HostedService, OpenService, Vaults } from '../../platform/host/hosted-service';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { Json } from '../../platform/kernel/json';
import type { MessageKind, StepAnswer } from '../../platform/kernel/step';
import type { Config } from '../../platform/runtime/config';
import type { StoredEvent } from '../../platform/outbox/ports';
import { testKeys } from './test-keys';

/** A message in short: everything but what a test wants to say has a default. */
export interface Sent {
  readonly saga?: string;
  readonly epoch?: number;
  readonly step?: string;
  /** Rest of the attempt, milliseconds. */
  readonly timeoutMs?: number;
}

/** A service on its real database, driven as its worker would drive it, in a world of its own. */
export interface ServiceBench extends OpenService {
  forward(command: string, input: Json, sent?: Sent): Promise<StepAnswer>;
  /** Settles the step that `forward` of `command` would have taken. */
  settle(command: string, sent?: Sent): Promise<StepAnswer>;
  /** Undoes the step that `forward` of the command named in `of` would have taken. */
  undo(command: string, of: string, sent?: Sent & { input?: Json }): Promise<StepAnswer>;
  operate(operation: string, input: Json, key?: string): Promise<Json>;
  state(aggregateId: string): Promise<unknown>;
  history(): Promise<readonly StoredEvent[]>;
  /** What the service's own identities say about everything it holds. */
  violations(): Promise<readonly object[]>;
  close(): Promise<void>;
}

/** Faults that the engine would answer with another try. */
const passing = new Set(['STORE_CONFLICT', 'STORE_UNAVAILABLE', 'BUSY', 'OUTSIDE_UNAVAILABLE']);
const triesMax = 40;

/** Opens the service, with made-up keys unless told, and makes its tables; a missing database is a failure. */
export async function openBench(
  service: HostedService,
  config: Config,
  keys: Vaults = testKeys,
): Promise<ServiceBench> {
  const opened = service.open(config, keys, {
    schemas: loadSchemas(),
    clock: () => new Date(),
    partitions: 3,
  });
  await opened.store.migrate();
  let operations = 0;
  const send = (
    kind: MessageKind,
    command: string,
    input: Json,
    sent: Sent & Required<Omit<Sent, 'timeoutMs'>>,
  ) =>
    opened.participant.handle(
      {
        ...{ kind, command, input, epoch: sent.epoch, step: sent.step },
        sagaId: `place-order:${sent.saga}/run`,
        run: 'run',
        saga: 'place-order',
        correlationId: `place-order:${sent.saga}`,
        owner: 'somebody',
      },
      sent.timeoutMs === undefined ? {} : { timeoutMs: sent.timeoutMs },
    );
  return {
    ...opened,
    forward: (command, input, sent = {}) =>
      send('forward', command, input, { saga: 'a', epoch: 0, step: command, ...sent }),
    undo: (command, of, { input = {}, ...sent } = {}) =>
      send('undo', command, input, { saga: 'a', epoch: 0, step: of, ...sent }),
    settle: (command, sent = {}) =>
      send('settle', command, {}, { saga: 'a', epoch: 0, step: command, ...sent }),
    async operate(operation, input, key) {
      const by = { owner: 'admin', key: key ?? `key-${(operations += 1)}` };
      const answer = await opened.participant.operate(operation, input, by);
      return answer.answer === 'done' ? answer.result : answer;
    },
    state: async (aggregateId) => (await opened.store.readAggregate(aggregateId))?.state,
    history: () => wholeHistory(opened),
    async violations() {
      const listed = await Promise.all(
        ['account', 'order', 'payment', 'product', 'reservation'].map((kind) =>
          opened.store.listAggregates({ prefix: `${kind}/`, limitMax: 1_000 }),
        ),
      );
      const aggregates = listed.flat();
      return [
        ...service.identities(aggregates),
        ...(await service.auditOutside(config, aggregates)),
      ];
    },
    close: () => opened.close(),
  };
}

async function wholeHistory({ store }: OpenService): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const last = events.at(-1);
    const page = await store.history({
      limitMax: 100,
      ...(last === undefined ? {} : { after: last }),
    });
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** Tries again after passing faults, as the engine does; anything else is thrown. */
export async function insisting<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined || !passing.has(code) || tries === triesMax) throw error;
    }
  }
}

/** The same bench, each of whose calls is tried again by itself: what was answered before is not sent once more. */
export function patient(bench: ServiceBench): ServiceBench {
  return {
    ...bench,
    forward: (...sent) => insisting(() => bench.forward(...sent)),
    undo: (...sent) => insisting(() => bench.undo(...sent)),
    settle: (...sent) => insisting(() => bench.settle(...sent)),
    operate(operation, input, key = randomUUID()) {
      return insisting(() => bench.operate(operation, input, key));
    },
  };
}
