import fc from 'fast-check';
import { services } from '../../activities';
import type { LogRecord } from '../../platform/event-log/ports';
import { encodeEvent } from '../../platform/event-log/envelope';
import { readSchemaFiles, versionOf } from '../../platform/event-log/schemas/files';
import type { SchemaFile } from '../../platform/event-log/schemas/files';
import type { Json } from '../../platform/kernel/json';
import { anEvent } from './events';
import { instant, valuesOf } from './schema-values';

/** Which service writes events of a kind: what stands before the first point of a type. */
const writers: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    services.flatMap(({ name, aggregates }) =>
      Object.values(aggregates).flatMap(({ events }) => events.map((kind) => [kind, name])),
    ),
  ),
  ...{ saga: 'sagas', 'saga-type': 'sagas', subject: 'sagas' },
};

/** Few names, so that aggregates of different services meet in the same rows. */
const names = ['n-1', 'n-2'] as const;
const lengthMax = 4;

/** Files of every event, by kind: a new event is tried without a word said here, a new kind needs its writer. */
const files = new Map<string, SchemaFile[]>();
for (const file of readSchemaFiles()) {
  const kind = kindOf(file.type);
  files.set(kind, [...(files.get(kind) ?? []), file]);
}

function kindOf(type: string): string {
  return type.slice(0, type.indexOf('.'));
}

export function writerOf(kind: string): string {
  const writer = writers[kind];
  if (writer === undefined) throw new Error(`say in ${__filename} who writes events of ${kind}`);
  return writer;
}

/** The log of a few aggregates of every kind, a history each; what their services would never write included. */
export const histories: fc.Arbitrary<readonly (readonly LogRecord[])[]> = fc.tuple(
  ...[...files].flatMap(([kind, ofKind]) => names.map((name) => historyOf(kind, name, ofKind))),
);

function historyOf(kind: string, name: string, ofKind: readonly SchemaFile[]) {
  const service = writerOf(kind);
  const event = fc.constantFrom(...ofKind).chain((file) =>
    fc.record({
      file: fc.constant(file),
      data: valuesOf(file.schema as never, ownMembers(kind, name)),
      // A step belongs to one service, as steps do; sagas are shared.
      headers: fc.record({
        sagaId: fc.constantFrom(...names).map((saga) => `${saga}/run`),
        step: fc.constantFrom(`${service} one`, `${service} two`),
        epoch: fc.nat(2),
        direction: fc.constantFrom('forward' as const, 'undo' as const),
      }),
      time: fc.nat(9).map(instant),
      isOutside: fc.boolean(),
    }),
  );
  return fc.array(event, { maxLength: lengthMax }).map((events) =>
    events.map(({ file, data, headers, time, isOutside }, index) =>
      recordOf(service, index, {
        ...{ aggregateId: `${kind}/${name}`, seq: index + 1, type: file.type, time },
        ...{ schema: versionOf(file), data: data as never },
        ...(isOutside ? {} : headers),
      }),
    ),
  );
}

/** What names an aggregate is the same in all its events; names of others may be anybody's. */
function ownMembers(kind: string, name: string): Record<string, fc.Arbitrary<Json>> {
  const isOrders = ['order', 'payment', 'reservation'].includes(kind);
  const isGoods = ['product', 'stock'].includes(kind);
  const anybody = fc.constantFrom(...names);
  return {
    orderId: isOrders ? fc.constant(name) : anybody,
    sku: isGoods ? fc.constant(name) : anybody,
    customerId: kind === 'account' ? fc.constant(name) : anybody,
    sagaId: kind === 'saga' ? fc.constant(`${name}/run`) : anybody.map((saga) => `${saga}/run`),
    step: fc.constantFrom('step one', 'step two'),
  };
}

function recordOf(service: string, index: number, told: Parameters<typeof anEvent>[0]): LogRecord {
  const message = encodeEvent(anEvent(told), { service, recordedTime: instant(9) });
  const topic = `service-events.${service}`;
  return { ...message, topic, partition: 0, offset: String(index) };
}
