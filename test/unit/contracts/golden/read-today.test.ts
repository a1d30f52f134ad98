import { services } from '../../../../activities';
import { readGoldenEvents } from '../../../../platform/contracts/golden/files';
import { decodeEvent } from '../../../../platform/event-log/envelope';
import type { LogEvent } from '../../../../platform/event-log/envelope';
import { readRecord } from '../../../../platform/event-log/projector/reading';
import { loadSchemas } from '../../../../platform/event-log/schema-registry';
import { sagasJournal } from '../../../../platform/saga/journal/hosted';
import { projections } from '../../../../projections';

const schemas = loadSchemas();
const golden = readGoldenEvents();
const writers = [...services, sagasJournal];

/** Every golden event, named by version and by which of its file's messages it is. */
const events = golden.flatMap(({ type, version, messages }) =>
  messages.map((message, index) => ({ title: `${type} ${version} #${index + 1}`, message })),
);

type Fold = (before: unknown, event: LogEvent) => unknown;

/** What a fold makes of an event that begins; of another, behind each golden event that may begin. Empty: it threw. */
function afterwards(fold: Fold, event: LogEvent): readonly unknown[] {
  const made = (before: unknown, one: LogEvent): unknown[] => {
    try {
      return [fold(before, one)];
    } catch {
      return [];
    }
  };
  const alone = made(undefined, event);
  if (alone.length > 0) return alone;
  const before = events
    .map(({ message }) => decodeEvent(message))
    .filter(({ aggregateId }) => aggregateId === event.aggregateId);
  return before.flatMap((one) => made(undefined, one)).flatMap((state) => made(state, event));
}

describe('an event of any version ever written is read by the code of today', () => {
  test('there are golden events of the first version of every event that has changed since', () => {
    const changed = golden.filter(({ version }) => version !== '1.0').map(({ type }) => type);
    expect(changed.length).toBeGreaterThan(4);
    for (const type of changed) {
      expect(golden.some((one) => one.type === type && one.version === '1.0')).toBe(true);
    }
  });

  test.each(events.map(({ title, message }) => [title, message] as const))(
    '%s folds into the state of its service',
    (_title, message) => {
      const event = decodeEvent(message);
      const service = writers.find(({ name }) => name === event.service);
      const states = afterwards((before, one) => service?.evolve(before, one), event);
      expect(states.length).toBeGreaterThan(0);
      // A member that a version did not have yet must not become a hole: the database would drop it.
      for (const state of states) expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
    },
  );

  test.each(
    projections.flatMap((one) => events.map((of) => [one.name, of.title, one, of] as const)),
  )('projection %s reads %s', (_name, _title, projection, { message }) => {
    const record = { ...message, topic: 'service-events', partition: 0, offset: '0' };
    const { event, keys, problem } = readRecord(record, projection, schemas);
    expect(problem).toBeUndefined();
    for (const key of keys) {
      const fold: Fold = (row, one) => projection.fold(row as never, one, key);
      const rows = afterwards(fold, event!);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(JSON.parse(JSON.stringify(row))).toStrictEqual(row);
    }
  });
});
