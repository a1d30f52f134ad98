import { readSchemaFiles, versionOf } from '../event-log/schemas/files';
import type { SchemaFile, SchemaKind } from '../event-log/schemas/files';
import { isSchema } from '../event-log/schemas/shape';
import { canonicalJson } from '../kernel/json';
import { bare, propertiesOf, requiredOf } from './accepts';
import type { JsonSchema } from './schema';

/** One member that differs between two versions; `was` is absent where it is new, `is` where it is gone. */
export interface MemberChange {
  /** Where, for example `/lines/items/sku`; of a command behind `/input` or `/result`. */
  readonly member: string;
  readonly was?: string;
  readonly is?: string;
}

/** What changed from one version of an event or a command to the next. */
export interface VersionDiff {
  readonly kind: SchemaKind;
  /** Event type or command, as its folder is named. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Ascending by member. */
  readonly changes: readonly MemberChange[];
}

const kinds = ['events', 'commands'] as const;

/**
 * The differences from each version to the next, of every event and command that has several; `name` leaves one.
 * Answers undefined where nothing has that name.
 */
export function schemaDiffs(name?: string, directory?: string): readonly VersionDiff[] | undefined {
  const files = kinds.flatMap((kind) =>
    readSchemaFiles(directory, kind)
      .filter(({ type }) => name === undefined || type === name)
      .map((file) => ({ kind, file })),
  );
  if (files.length === 0) return undefined;
  return files.flatMap(({ kind, file }, index) => {
    const before = files[index - 1];
    const isNext = before?.kind === kind && before.file.type === file.type;
    return isNext ? [diffOf(kind, before.file, file)] : [];
  });
}

function diffOf(kind: SchemaKind, older: SchemaFile, newer: SchemaFile): VersionDiff {
  const [was, is] = [membersOf(kind, older), membersOf(kind, newer)];
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  const changes = names.flatMap((member): MemberChange[] => {
    const [before, after] = [was.get(member), is.get(member)];
    if (before === after) return [];
    return [
      {
        member,
        ...(before === undefined ? {} : { was: before }),
        ...(after === undefined ? {} : { is: after }),
      },
    ];
  });
  return { kind, name: newer.type, from: versionOf(older), to: versionOf(newer), changes };
}

/** Every member of a version with what it may be, by its place. */
function membersOf(kind: SchemaKind, { schema }: SchemaFile): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  if (kind === 'events') {
    collect(schema, '', members);
    return members;
  }
  const { input, result, refusals } = schema;
  if (isSchema(input)) collect(input, '/input', members);
  if (isSchema(result)) collect(result, '/result', members);
  if (refusals !== undefined) members.set('/refusals', canonicalJson(refusals));
  return members;
}

function collect(schema: JsonSchema, place: string, members: Map<string, string>): void {
  const required = requiredOf(schema);
  for (const [name, child] of Object.entries(propertiesOf(schema))) {
    const need = required.has(name) ? 'required' : 'optional';
    members.set(`${place}/${name}`, `${need} ${textOf(child)}`);
    collect(child, `${place}/${name}`, members);
  }
  const { items } = schema;
  if (!isSchema(items)) return;
  members.set(`${place}/items`, textOf(items));
  collect(items, `${place}/items`, members);
}

const told = new Set(['properties', 'required', 'items']);

/** What a schema says of a value, without what its members say of themselves. */
function textOf(schema: JsonSchema): string {
  const rest = Object.entries(bare(schema)).filter(([keyword]) => !told.has(keyword));
  return canonicalJson(Object.fromEntries(rest));
}
