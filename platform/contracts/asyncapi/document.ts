import { decodeEvent } from '../../event-log/envelope';
import { readSchemaFiles, versionOf } from '../../event-log/schemas/files';
import type { SchemaFile } from '../../event-log/schemas/files';
import { eventPartitions, eventTopic } from '../../event-log/topics';
import { readGoldenEvents } from '../golden/files';
import type { GoldenEvents } from '../golden/files';
import type { JsonSchema } from '../schema';
import { envelopeHeaders } from './headers';

/** An AsyncAPI 3 document. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: JsonSchema;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly [member: string]: unknown;
}

/** A topic, and the messages in it by their `ce_type`. */
export interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
  readonly [member: string]: unknown;
}

export interface AsyncApiOptions {
  readonly version: string;
  /** Name of the instance, whose topics end with it. */
  readonly instance?: string;
  /** Where the schemas are; this project's, where none is given. */
  readonly directory?: string;
}

/** One major of an event: messages of a `ce_type`. */
interface Major {
  /** `<type>.v<major>`. */
  readonly name: string;
  /** Its minors, ascending. */
  readonly files: readonly SchemaFile[];
  readonly golden: readonly GoldenEvents[];
}

/**
 * Every event as an AsyncAPI 3 document: topics, messages with their envelope, the newest schema of each major and all
 * before it. Who writes an event is what its golden events say, so no service need be loaded.
 */
export function asyncApiDocument(options: AsyncApiOptions): AsyncApiDocument {
  const { version, instance, directory } = options;
  const majors = majorsOf(readSchemaFiles(directory), readGoldenEvents(directory));
  const services = new Map<string, Major[]>();
  for (const major of majors) {
    for (const service of writersOf(major)) {
      services.set(service, [...(services.get(service) ?? []), major]);
    }
  }
  const channels = [...services].map(([service, of]) => [
    service,
    channelOf(service, of, instance),
  ]);
  const operations = [...services.keys()].map((service) => [`send-${service}`, sending(service)]);
  const schemas = majors.flatMap(({ files }) =>
    files.map((file) => [nameOf(file), plain(file)] as const),
  );
  return {
    asyncapi: '3.0.0',
    id: 'urn:holdfast:events',
    info: {
      ...{ title: 'Events of Holdfast', version },
      description: 'Every change of a service, in order for each aggregate; an event may repeat.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels) as Record<string, Channel>,
    operations: Object.fromEntries(operations) as object,
    components: {
      messages: Object.fromEntries(majors.map((major) => [major.name, messageOf(major)] as const)),
      schemas: { envelope: envelopeHeaders, ...Object.fromEntries(schemas) },
    },
  };
}

function majorsOf(files: readonly SchemaFile[], golden: readonly GoldenEvents[]): Major[] {
  const names = [...new Set(files.map(majorName))];
  return names.map((name) => ({
    ...{ name, files: files.filter((file) => majorName(file) === name) },
    golden: golden.filter(({ type, version }) => name === `${type}.v${version.split('.')[0]}`),
  }));
}

const majorName = ({ type, major }: SchemaFile) => `${type}.v${major}`;
const nameOf = (file: SchemaFile) => `${file.type}.${versionOf(file)}`;
const schemaRef = (file: SchemaFile) => ({ $ref: `#/components/schemas/${nameOf(file)}` });

function writersOf({ golden }: Major): ReadonlySet<string> {
  return new Set(
    golden.flatMap(({ messages }) => messages.map((message) => decodeEvent(message).service)),
  );
}

function channelOf(service: string, majors: readonly Major[], instance?: string): Channel {
  const address = eventTopic(service, instance);
  return {
    address,
    title: `Events of ${service}`,
    description: 'Keyed by aggregate id. Ordered within an aggregate, and only there.',
    messages: Object.fromEntries(
      majors.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
    bindings: { kafka: { topic: address, partitions: eventPartitions, bindingVersion: '0.5.0' } },
  };
}

/** Seen from here: the relay of a service sends, whoever reads the topic receives. */
function sending(service: string): JsonSchema {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${service}` },
    summary: `The relay of ${service} sends what was committed, at least once.`,
  };
}

function messageOf({ name, files, golden }: Major): object {
  const newest = files.at(-1);
  const examples = golden.at(-1)?.messages.map(({ headers, value }, index) => ({
    ...{ name: index === 0 ? 'least' : 'fullest', headers },
    payload: JSON.parse(value) as unknown,
  }));
  return {
    ...{ name, title: newest?.type, contentType: 'application/json' },
    ...(newest?.schema.description === undefined ? {} : { summary: newest.schema.description }),
    headers: { $ref: '#/components/schemas/envelope' },
    payload: newest && schemaRef(newest),
    correlationId: { location: '$message.header#/ce_correlationid' },
    bindings: { kafka: { key: { type: 'string' }, bindingVersion: '0.5.0' } },
    examples,
    'x-versions': files.map((file) => ({
      ...{ version: versionOf(file), schema: schemaRef(file), sha256: file.hash },
    })),
  };
}

/** What the document's own dialect has no room for, or says once. */
function plain({ schema }: SchemaFile): JsonSchema {
  const entries = Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id');
  return Object.fromEntries(entries);
}
