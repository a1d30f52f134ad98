import type { ErrorObject } from 'ajv/dist/2020';
import type { Json } from '../kernel/json';
import type { LogEvent } from './envelope';
import type { SchemaEntry, SchemaRegistry } from './schema-registry';
import { versionOf } from './schemas/files';
import { upcasterOf } from './upcasters/chain';
import type { EventData, Upcaster } from './upcasters/upcaster';

/** Data of an event as one of the newest major of its type. */
export interface CurrentData {
  /** `<major>.<minor>`, the newest. */
  readonly version: string;
  readonly data: EventData;
}

/** What a tolerant reader says about a payload it was given. */
export type ReadVerdict =
  /** `current` is there where it was written by an older major: what it is as one of the newest. */
  | { readonly verdict: 'valid'; readonly current?: CurrentData }
  /** Nothing is known about this type: whoever does not fold it may let it pass. */
  | { readonly verdict: 'unknown-type' }
  /** The type is known, this major version is not: an upcaster or a newer build is missing. */
  | { readonly verdict: 'unknown-version' }
  | { readonly verdict: 'invalid'; readonly detail: string };

interface Payload {
  readonly version: string;
  readonly data: Json;
}

/** Reads payloads of any version there is, and takes those of older majors through the upcasters to the newest. */
export function createReader(
  types: ReadonlyMap<string, readonly SchemaEntry[]>,
  upcasters: readonly Upcaster[],
): Pick<SchemaRegistry, 'read' | 'readClosed'> {
  const find = upcasterOf(upcasters);
  const exact = new Map(
    [...types.values()].flatMap((entries) =>
      entries.map((entry) => [`${entry.file.type} ${versionOf(entry.file)}`, entry] as const),
    ),
  );

  /** As a tolerant reader, or as a closed writer of that very version. */
  function readAs(as: 'read' | 'write', type: string, { version, data }: Payload): ReadVerdict {
    const entries = types.get(type);
    if (!entries) return { verdict: 'unknown-type' };
    const entry = exact.get(`${type} ${version}`) ?? newestOf(entries, version);
    if (!entry) return { verdict: 'unknown-version' };
    if (entry[as](data)) return { verdict: 'valid' };
    return { verdict: 'invalid', detail: describe(entry[as].errors) };
  }

  function upcast(type: string, from: number, data: EventData): ReadVerdict {
    const upcaster = find(type, from);
    if (upcaster === undefined) return { verdict: 'valid' };
    const target = types.get(type)?.findLast(({ file }) => file.major === from + 1);
    const next = answerOf(upcaster, data);
    if (target === undefined || next === undefined || !target.read(next)) {
      const why = next === undefined ? 'threw' : describe(target?.read.errors);
      return { verdict: 'invalid', detail: `as major ${from + 1}: ${why}` };
    }
    const further = upcast(type, from + 1, next);
    if (further.verdict !== 'valid' || further.current !== undefined) return further;
    return { verdict: 'valid', current: { version: versionOf(target.file), data: next } };
  }

  return {
    read(type, version, data) {
      const verdict = readAs('read', type, { version, data });
      if (verdict.verdict !== 'valid') return verdict;
      return upcast(type, Number(version.split('.')[0]), data as EventData);
    },
    readClosed: (type, version, data) => readAs('write', type, { version, data }),
  };
}

/** The event as code of today reads it. Its hash, its place and everything else about it stay those of the log. */
export function currentEvent(event: LogEvent, read: ReadVerdict): LogEvent {
  if (read.verdict !== 'valid' || read.current === undefined) return event;
  return { ...event, schema: read.current.version, data: read.current.data };
}

/** Undefined where it threw: the event is put aside like any that is not as it should be. */
function answerOf({ up }: Upcaster, data: EventData): EventData | undefined {
  try {
    return up(data);
  } catch {
    return undefined;
  }
}

/** For a version of which this build has no file: the newest of the same major. */
function newestOf(entries: readonly SchemaEntry[], version: string): SchemaEntry | undefined {
  return entries.findLast(({ file }) => String(file.major) === version.split('.')[0]);
}

/** Names the failing member by its JSON pointer, the surplus or missing one included. */
export function describe(errors: ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (!error) return '/ is invalid';
  const params = error.params as { missingProperty?: string; additionalProperty?: string };
  const member = params.missingProperty ?? params.additionalProperty;
  const pointer = member === undefined ? error.instancePath : `${error.instancePath}/${member}`;
  return `${pointer || '/'} ${error.message ?? 'is invalid'}`;
}
