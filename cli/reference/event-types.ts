import { decodeEvent } from '../../platform/event-log/envelope';
import { readGoldenEvents } from '../../platform/contracts/golden/files';
import { readSchemaFiles, versionOf } from '../../platform/event-log/schemas/files';
import type { SchemaFile } from '../../platform/event-log/schemas/files';
import { eventTopic } from '../../platform/event-log/topics';
import { code, markdownTable, written } from './tables';

/** Where it stands, from the root of the project. */
export const eventTypesPath = 'docs/event-types.md';

/** What is read of a schema. */
interface Shape {
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly items?: Shape;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly type?: string | readonly string[];
}

const head = `# Types of events

Every event there is, by the topic that carries it, with its newest version. What stands around
it in the log, and how to read it, is in [events.md](events.md). The gateway serves the same as
an AsyncAPI document at \`/asyncapi.json\`, with examples.

A member that is marked *optional* may be missing; nothing but optional members is added within a
major. Times are RFC 3339 in UTC, amounts whole cents. Written from \`schemas/events\` by \`npm
run docs:write\`.
`;

function numbers({ minimum, maximum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined)
    return `, ${written(minimum)} to ${written(maximum)}`;
  if (minimum !== undefined) return `, at least ${written(minimum)}`;
  return maximum === undefined ? '' : `, at most ${written(maximum)}`;
}

/** What a member holds, in a few words. */
export function kindOf(shape: Shape): string {
  if (shape.enum !== undefined) return shape.enum.map((value) => code(String(value))).join(', ');
  const type = [shape.type ?? 'anything'].flat().join(' or ');
  if (type === 'array') {
    const most = shape.maxItems === undefined ? '' : `, at most ${written(shape.maxItems)}`;
    return `list${most}`;
  }
  if (type === 'string' && shape.maxLength !== undefined)
    return `string, at most ${written(shape.maxLength)} characters`;
  return `${type}${numbers(shape)}`;
}

/** A row for each member of an object and of what is in it: \`lines[].sku\`. */
function membersOf(shape: Shape, before = ''): readonly (readonly string[])[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, member]) => {
    const path = `${before}${name}`;
    const isOptional = shape.required?.includes(name) !== true;
    const row = [code(path), `${kindOf(member)}${isOptional ? ', *optional*' : ''}`];
    const inside = [
      ...membersOf(member, `${path}.`),
      ...(member.items === undefined ? [] : membersOf(member.items, `${path}[].`)),
    ];
    return [[...row, member.description ?? ''], ...inside];
  });
}

function entryOf(files: readonly SchemaFile[]): string {
  const newest = files.at(-1);
  if (newest === undefined) return '';
  const shape = newest.schema as Shape;
  const versions = files.map(versionOf);
  const also = versions.length === 1 ? '' : ` Versions in the log: ${versions.join(', ')}.`;
  const rows = membersOf(shape);
  const table = rows.length === 0 ? 'No members.' : markdownTable(['member', 'holds', ''], rows);
  return [
    `### ${newest.type}`,
    `${code(`${newest.type}.v${newest.major}`)}, version ${versionOf(newest)}. ${shape.description ?? ''}${also}`,
    table,
  ].join('\n\n');
}

/** Who writes an event: what its golden events say, so that no service need be loaded. */
function writers(): ReadonlyMap<string, string> {
  return new Map(
    readGoldenEvents().flatMap(({ type, messages }) =>
      messages.map((message) => [type, decodeEvent(message).service] as const),
    ),
  );
}

/** The page of all events, as Markdown. */
export function eventTypesPage(): string {
  const files = readSchemaFiles();
  const writer = writers();
  const types = [...new Set(files.map(({ type }) => type))];
  const services = [...new Set(types.map((type) => writer.get(type) ?? 'nobody'))].sort();
  const sections = services.map((service) => {
    const own = types.filter((type) => (writer.get(type) ?? 'nobody') === service);
    const entries = own.map((type) => entryOf(files.filter((file) => file.type === type)));
    return [`## ${eventTopic(service)}`, ...entries].join('\n\n');
  });
  return `${[head.trimEnd(), ...sections].join('\n\n')}\n`;
}
