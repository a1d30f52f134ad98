import { requests } from 'kafkajs/src/protocol/requests';
import fetchOfLibrary from 'kafkajs/src/protocol/requests/fetch';
import produceOfLibrary from 'kafkajs/src/protocol/requests/produce';
import '../../../platform/event-log/kafka';
import { ByteReader } from '../../../platform/event-log/kafka/wire/byte-reader';
import { crc32c } from '../../../platform/event-log/kafka/wire/crc32c';
import { quickFetch, readFetched } from '../../../platform/event-log/kafka/wire/fetch';
import { produceBody, quickProduce } from '../../../platform/event-log/kafka/wire/produce';
import type { ProduceAsked } from '../../../platform/event-log/kafka/wire/produce';
import type { WireMessage } from '../../../platform/event-log/kafka/wire/records';

const library = { produce: produceOfLibrary, fetch: fetchOfLibrary };
const nowMs = 1_790_000_000_000;

const messages: readonly WireMessage[] = [
  {
    key: 'order/1',
    value: '{"ünïcode":"✓"}',
    headers: { ce_id: 'order/1:1', naïve: 'ü'.repeat(70) },
  },
  { key: null, value: Buffer.alloc(70_000, 7), headers: {} },
  { key: Buffer.from('k'), value: null },
  { key: '', value: '', headers: { twice: ['one', Buffer.from('two')], empty: '' } },
];
const timed = (count: number): readonly WireMessage[] =>
  Array.from({ length: count }, (_, place) => ({
    ...{ key: `k${place}`, value: 'v', headers: { place: String(place) } },
    timestamp: String(nowMs + ((place * 7_919) % 100_000)),
  }));
const asking = (own: readonly WireMessage[], more: Partial<ProduceAsked> = {}): ProduceAsked => ({
  ...{ acks: -1, timeout: 3_200, compression: 0, producerId: -1, producerEpoch: 0 },
  topicData: [
    {
      topic: 'service-events.orders',
      partitions: [{ partition: 2, firstSequence: 0, messages: own }],
    },
  ],
  ...more,
});

async function libraryBody(asked: ProduceAsked): Promise<Buffer> {
  const call = library.produce.protocol({ version: 7 });
  return (await call!(asked).request.encode()).buffer;
}

beforeEach(() => void jest.spyOn(Date, 'now').mockReturnValue(nowMs));
afterEach(() => jest.restoreAllMocks());

test('a check sum is that of the standard', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.from('xx123456789x'), 2, 11)).toBe(0xe3069283);
});

test.each([
  ['texts, bytes, nothing, and headers that repeat', asking(messages)],
  ['messages with times of their own', asking(timed(300))],
  ['a producer that counts', asking(timed(2), { producerId: 9_007, producerEpoch: 3 })],
  [
    'two topics',
    { ...asking([]), topicData: [...asking(timed(1)).topicData, ...asking(messages).topicData] },
  ],
])('%s are written as the library writes them', async (_title, asked) => {
  expect(produceBody(asked).equals(await libraryBody(asked))).toBe(true);
});

test('what is to be compressed stays the library’s', async () => {
  const asked = asking(timed(3), { compression: 1 });
  const quick = quickProduce(library.produce).protocol({ version: 7 })!(asked);
  expect((await quick.request.encode()).buffer.equals(await libraryBody(asked))).toBe(true);
});

/** An answer to a fetch with the record set of a request: the formats are the same. */
function answerWith(recordSets: readonly Buffer[], cutBytes = 0): Buffer {
  const set = Buffer.concat(recordSets);
  const told = set.subarray(0, set.length - cutBytes);
  const [head, topic, ofPartition] = [
    Buffer.alloc(14),
    Buffer.from('service-events.orders'),
    Buffer.alloc(50),
  ];
  head.writeInt32BE(5, 0); // throttled
  head.writeInt32BE(1, 10);
  const name = Buffer.alloc(2);
  name.writeInt16BE(topic.length);
  ofPartition.writeInt32BE(1, 0);
  ofPartition.writeInt32BE(2, 4);
  ofPartition.writeBigInt64BE(4_000_000_000n, 10);
  ofPartition.writeInt32BE(-1, 34);
  ofPartition.writeInt32BE(-1, 38);
  ofPartition.writeInt32BE(told.length, 42);
  return Buffer.concat([head, name, topic, ofPartition.subarray(0, 46), told]);
}

/** The records of one request, as if the broker had numbered them from `firstOffset` on. */
function recordSet(own: readonly WireMessage[], firstOffset: bigint): Buffer {
  const body = new ByteReader(produceBody(asking(own)));
  body.piece(2 + 2 + 4 + 4 + 2 + 'service-events.orders'.length + 4 + 4);
  const set = Buffer.from(body.piece(body.int32()));
  set.writeBigInt64BE(firstOffset);
  return set;
}

const protoHeader = JSON.parse('{"__proto__":"polluted","constructor":"c"}') as Record<
  string,
  string
>;

test.each([
  ['two batches', answerWith([recordSet(timed(40), 5n), recordSet(messages, 2n ** 53n)])],
  [
    'a batch that was cut off',
    answerWith([recordSet(timed(40), 5n), recordSet(timed(9), 45n)], 17),
  ],
  ['nothing new', answerWith([])],
])('%s are read as the library reads them', async (_title, raw) => {
  const call = library.fetch.protocol({ version: 11 })!({ topics: [] });
  const theirs = (await call.response.decode(raw)) as ReturnType<typeof readFetched>;
  const ours = readFetched(raw);
  const seen = (one: unknown) =>
    JSON.parse(
      JSON.stringify(one, (name, value: unknown) => (name === 'magicByte' ? undefined : value)),
    ) as object;
  expect(seen(ours)).toEqual(seen(theirs));
});

test('a header of any name is a header and nothing else', () => {
  const raw = answerWith([recordSet([{ key: 'k', value: 'v', headers: protoHeader }], 0n)]);
  const [record] = readFetched(raw).responses[0]!.partitions[0]!.messages;
  expect(Object.keys(record!.headers).sort()).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(record!.headers)).toBe(Object.prototype);
});

test('a compressed answer, and one that ends early, are left to the library', async () => {
  const set = recordSet(timed(3), 0n);
  set.writeInt16BE(1, 21);
  const decode = jest.fn(async () => 'theirs');
  const own = { versions: ['11'], protocol: () => () => ({ request: {}, response: { decode } }) };
  const quick = quickFetch(own as never).protocol({ version: 11 })!({});
  expect(await quick.response.decode(answerWith([set]))).toBe('theirs');
  expect(await quick.response.decode(answerWith([]).subarray(0, 30))).toBe('theirs');
  expect(decode).toHaveBeenCalledTimes(2);
});

test('an answer of another version is left to the library', async () => {
  const decode = jest.fn(async () => 'theirs');
  const own = { versions: ['10'], protocol: () => () => ({ request: {}, response: { decode } }) };
  const call = quickFetch(own as never).protocol({ version: 10 })!({});
  expect(await call.response.decode(answerWith([recordSet(timed(1), 0n)]))).toBe('theirs');
});

test('whoever connects to brokers writes and reads so', () => {
  expect(requests.Produce).not.toBe(library.produce);
  expect(requests.Fetch).not.toBe(library.fetch);
});
