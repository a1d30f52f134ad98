import type { Guard } from '../guard';
import { contract } from '../guard';

const postgres = (file: string): string => `platform/outbox/postgres/${file}.ts`;
const mongodb = (file: string): string => `platform/outbox/mongodb/${file}.ts`;
const dynamodb = (file: string): string => `platform/outbox/dynamodb/${file}.ts`;

const overtaken = contract('unit-of-work', 'an undo that was overtaken by ');
const staleDecisions = contract('unit-of-work', 'a change decided on another sequence');
const takenEvents = contract('unit-of-work', 'an event that the history has already takes');
const closings = contract('closing', 'a closing waits for the step under way');

/** What each database has to do itself: only the real ones can show it. */
export const storeGuards: readonly Guard[] = [
  {
    name: 'majority write concern (MongoDB)',
    why: 'a failover would take back what a saga was told is done',
    changes: [
      {
        file: mongodb('transaction'),
        from: "writeConcern: { w: 'majority', j: true }",
        to: 'writeConcern: { w: 1 }',
      },
      {
        file: mongodb('collections'),
        from: "writeConcern: { w: 'majority', j: true }",
        to: 'writeConcern: { w: 1 }',
      },
    ],
    test: contract('mongodb', 'is a snapshot committed by a majority on disk'),
  },
  {
    name: 'snapshot reads (MongoDB)',
    why: 'a decision would be made on states that never stood side by side',
    changes: [{ file: mongodb('transaction'), from: "level: 'snapshot'", to: "level: 'local'" }],
    test: contract('mongodb', 'is a snapshot committed by a majority on disk'),
  },
  {
    name: 'fence check in one transaction (PostgreSQL)',
    why: 'two deliveries would decide on the same row, and both would act',
    changes: [
      {
        file: postgres('steps'),
        from: 'WHERE saga_id = $1 AND step = $2 FOR UPDATE`',
        to: 'WHERE saga_id = $1 AND step = $2`',
      },
    ],
    test: overtaken,
  },
  {
    name: 'fence check in one transaction (MongoDB)',
    why: 'two deliveries would decide on the same row, and both would act',
    changes: [
      {
        file: mongodb('steps'),
        from: 'steps.find({ _id: { $in: ids } }, { session })',
        to: 'steps.find({ _id: { $in: ids } })',
      },
      { file: mongodb('steps'), from: '{ _id, version: stands }', to: '{ _id }' },
    ],
    test: overtaken,
  },
  {
    name: 'fence check in one transaction (DynamoDB)',
    why: 'two deliveries would decide on the same row, and both would act',
    changes: [
      {
        file: dynamodb('transact'),
        from: "        ...expecting('version', stepVersion),\n",
        to: '',
      },
    ],
    test: overtaken,
  },
  {
    name: 'events in the same transaction (PostgreSQL)',
    why: 'a state would change of which no event ever speaks',
    changes: [
      {
        file: postgres('transact'),
        from: '      ORDER BY place),',
        to: '      WHERE false ORDER BY place),',
      },
    ],
    test: takenEvents,
  },
  {
    name: 'events in the same transaction (MongoDB)',
    why: 'an event would speak of a state that was taken back',
    changes: [
      {
        file: mongodb('transact'),
        from: 'insertMany(events, { session })',
        to: 'insertMany(events)',
      },
    ],
    test: contract('mongodb', 'a transaction the server loses again and again is a fault'),
  },
  {
    name: 'events in the same transaction (DynamoDB)',
    why: 'a state would change of which no event ever speaks',
    changes: [
      {
        file: dynamodb('transact'),
        from: 'await sorted(table.send(new TransactWriteCommand({ TransactItems }), { abortSignal }));',
        to: "for (const isEvent of [false, true]) {\n        const part = TransactItems.filter((it) => Boolean(it.Put?.Item?.['events']) === isEvent);\n        if (part.length > 0) await sorted(table.send(new TransactWriteCommand({ TransactItems: part }), { abortSignal }));\n      }",
      },
    ],
    test: takenEvents,
  },
  {
    name: 'a sequence number is used once (PostgreSQL)',
    why: 'two events would have one number, and the log would be a forked history',
    changes: [
      { file: postgres('schema'), from: 'PRIMARY KEY (aggregate_id, seq))`', to: 'x text)`' },
    ],
    test: takenEvents,
  },
  {
    name: 'a sequence number is used once (MongoDB)',
    why: 'two events would have one number, and the log would be a forked history',
    changes: [
      {
        file: mongodb('transact'),
        from: '_id: `${event.aggregateId}:${event.seq}`',
        to: '_id: `${event.aggregateId}:${event.seq}:${Math.random()}`',
      },
      {
        file: mongodb('collections'),
        from: '{ aggregateId: 1, seq: 1 }, { unique: true }',
        to: '{ aggregateId: 1, seq: 1 }',
      },
    ],
    test: takenEvents,
  },
  {
    name: 'a sequence number is used once (DynamoDB)',
    why: 'two events would have one number, and the log would be a forked history',
    changes: [
      {
        file: dynamodb('transact'),
        from: "{ TableName, Item: commit, ...expecting('lastSeq', 0) }",
        to: '{ TableName, Item: commit }',
      },
    ],
    test: takenEvents,
  },
  {
    name: 'expected sequence (PostgreSQL)',
    why: 'a decision made on an old state would be written over a newer one',
    changes: [
      {
        file: postgres('transact'),
        from: 'a.id = c.id AND a.seq = c.expected RETURNING',
        to: 'a.id = c.id RETURNING',
      },
    ],
    test: staleDecisions,
  },
  {
    name: 'expected sequence (MongoDB)',
    why: 'a decision made on an old state would be written over a newer one',
    changes: [
      {
        file: mongodb('transact'),
        from: 'const mine = { _id: id, seq: expectedSeq };',
        to: 'const mine = { _id: id };',
      },
    ],
    test: staleDecisions,
  },
  {
    name: 'expected sequence (DynamoDB)',
    why: 'a decision made on an old state would be written over a newer one',
    changes: [
      {
        file: dynamodb('transact'),
        from: "{ TableName, Item, ...expecting('seq', expectedSeq) }",
        to: '{ TableName, Item }',
      },
    ],
    test: staleDecisions,
  },
  {
    name: 'closing and step meet (PostgreSQL)',
    why: 'a step under way would be applied after the recovery has read all rows',
    changes: [
      {
        file: postgres('transact'),
        from: 'timeoutMs: deadlineMs - performance.now(), first }',
        to: 'timeoutMs: deadlineMs - performance.now() }',
      },
    ],
    test: closings,
  },
  {
    name: 'closing and step meet (MongoDB)',
    why: 'a step under way would be applied after the recovery has read all rows',
    changes: [
      {
        file: mongodb('steps'),
        from: '[{ replaceOne: own }, ...touches]',
        to: '[{ replaceOne: own }]',
      },
    ],
    test: closings,
  },
  {
    name: 'closing and step meet (DynamoDB)',
    why: 'a step under way would be applied after the recovery has read all rows',
    changes: [
      {
        file: dynamodb('transact'),
        from: '...(closing === undefined ? [] : [check(TableName, closing.key,',
        to: '...(closing === undefined || true ? [] : [check(TableName, closing.key,',
      },
    ],
    test: closings,
  },
];
