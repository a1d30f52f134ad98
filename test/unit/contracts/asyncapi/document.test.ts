import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { services } from '../../../../activities';
import { asyncApiDocument } from '../../../../platform/contracts/asyncapi/document';
import { readGoldenEvents } from '../../../../platform/contracts/golden/files';
import { originOf } from '../../../../platform/contracts/golden/origins';
import { readSchemaFiles } from '../../../../platform/event-log/schemas/files';
import { eventTopic } from '../../../../platform/event-log/topics';
import { sagasJournal } from '../../../../platform/saga/journal/hosted';

const document = asyncApiDocument({ version: '1.2.3' });

/** What a `$ref` of the document points at; undefined where there is nothing. */
function at(ref: string): unknown {
  const steps = ref.slice(2).split('/');
  return steps.reduce<unknown>((place, step) => (place as never)?.[step], document);
}

let official: ValidateFunction;
beforeAll(() => {
  const file = path.join(__dirname, 'asyncapi-3.0.0.json');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
  // It brings the schema of schemas along, under the name of the one that ajv has.
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
  addFormats(ajv);
  official = ajv.compile(schema);
});

test('the document is what the AsyncAPI initiative says one is', () => {
  expect(official(document)).toBe(true);
  expect(official({ ...document, channels: { orders: { adress: 'x' } } })).toBe(false);
});

test('every event has a channel: that of the service which writes it', () => {
  const writers = [...services, sagasJournal];
  for (const { type, major } of readSchemaFiles()) {
    const name = `${type}.v${major}`;
    const found = Object.values(document.channels).filter(({ messages }) => name in messages);
    const origin = originOf(writers, type);
    expect(found.map(({ address }) => address)).toEqual([eventTopic(origin?.service ?? '')]);
  }
});

test('every reference leads somewhere', () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
  expect(refs.length).toBeGreaterThan(100);
  expect(refs.filter((ref = '') => at(ref) === undefined)).toEqual([]);
});

test('a message has the newest schema of its major, and all before it', () => {
  expect(at('#/components/messages/payment.authorized.v1')).toMatchObject({
    payload: { $ref: '#/components/schemas/payment.authorized.1.1' },
    'x-versions': [{ version: '1.0' }, { version: '1.1' }],
  });
});

test('the headers of every golden event are those that are described', () => {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  const headers = at('#/components/schemas/envelope') as { properties: object };
  const fits = ajv.compile({ ...headers, additionalProperties: false });
  for (const { name, messages } of readGoldenEvents()) {
    for (const message of messages) {
      expect({ name, ok: fits(message.headers), errors: fits.errors }).toMatchObject({ ok: true });
    }
  }
});

test('an instance has topics of its own', () => {
  const { channels } = asyncApiDocument({ version: '1', instance: 'blue' });
  expect(channels.orders?.address).toBe('service-events.orders-blue');
});
