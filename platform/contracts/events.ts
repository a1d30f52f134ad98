import { readSchemaFiles, versionOf } from '../event-log/schemas/files';
import type { SchemaFile } from '../event-log/schemas/files';
import { opened } from '../event-log/schemas/shape';
import { narrowings } from './accepts';
import type { Narrowing } from './accepts';
import type { EventFinding, EventRule } from './event-rules';

/**
 * Compares every version of every event with all earlier ones of its major. The log keeps events for good, and readers
 * of several builds run side by side during a release: today's code must read what was written, and yesterday's what is
 * written now. So a minor may add optional members, and nothing else. Empty when all is well.
 */
export function checkEvents(directory?: string): readonly EventFinding[] {
  const majors = new Map<string, SchemaFile[]>();
  for (const file of readSchemaFiles(directory, 'events')) {
    const key = `${file.type} ${file.major}`;
    majors.set(key, [...(majors.get(key) ?? []), file]);
  }
  return [...majors.values()].flatMap((files) => [...skipped(files), ...broken(files)]);
}

/** Each finding once, against the earliest version that it breaks. */
function broken(files: readonly SchemaFile[]): EventFinding[] {
  const found = new Map<string, EventFinding>();
  files.forEach((newer, index) => {
    for (const older of files.slice(0, index)) {
      for (const finding of brokenBy(older, newer)) {
        const key = `${finding.version} ${finding.rule} ${finding.member}`;
        if (!found.has(key)) found.set(key, finding);
      }
    }
  });
  return [...found.values()];
}

function brokenBy(older: SchemaFile, newer: SchemaFile): EventFinding[] {
  const found = (rules: Readonly<Record<Narrowing['rule'], EventRule>>) => (one: Narrowing) => ({
    ...placeOf(newer, older),
    rule: rules[one.rule],
    member: one.member,
    ...(one.detail === undefined ? {} : { detail: one.detail }),
  });
  const ofReadingNow = narrowings(older.schema, newer.schema, '').map(
    found({
      INPUT_MEMBER_REMOVED: 'EVENT_MEMBER_REMOVED',
      INPUT_MEMBER_REQUIRED: 'EVENT_MEMBER_REQUIRED',
      INPUT_NARROWED: 'EVENT_NARROWED',
    }),
  );
  // Readers pass over members they do not know, so an earlier one is as open as they are.
  const ofReadingThen = narrowings(newer.schema, opened(older.schema), '').map(
    found({
      INPUT_MEMBER_REMOVED: 'EVENT_WIDENED',
      INPUT_MEMBER_REQUIRED: 'EVENT_MEMBER_OPTIONAL',
      INPUT_NARROWED: 'EVENT_WIDENED',
    }),
  );
  // A member that is gone is told once, not also as one that is no longer required.
  const gone = new Set(
    ofReadingNow.flatMap(({ rule, member }) => (rule === 'EVENT_MEMBER_REMOVED' ? [member] : [])),
  );
  return [...ofReadingNow, ...ofReadingThen.filter(({ member }) => !gone.has(member))];
}

function skipped(files: readonly SchemaFile[]): EventFinding[] {
  return files.flatMap((file, index) => {
    if (file.minor === index) return [];
    const before = files[index - 1] ?? file;
    return [{ ...placeOf(file, before), rule: 'EVENT_VERSION_SKIPPED' as const, member: '' }];
  });
}

function placeOf(newer: SchemaFile, older: SchemaFile) {
  return { event: newer.type, version: versionOf(newer), against: versionOf(older) };
}
