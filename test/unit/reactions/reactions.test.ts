import { services } from '../../../activities';
import { readGoldenEvents } from '../../../platform/contracts/golden/files';
import { originOf } from '../../../platform/contracts/golden/origins';
import { decodeEvent } from '../../../platform/event-log/envelope';
import { planReadings } from '../../../platform/event-log/projector/plan';
import { readRecord } from '../../../platform/event-log/projector/reading';
import type { View } from '../../../platform/event-log/projector/view';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { reactionProjection, workflowIdFor } from '../../../platform/reactions/projection';
import { isStarting, isTelling } from '../../../platform/reactions/reaction';
import type { Reaction } from '../../../platform/reactions/reaction';
import { sagasJournal } from '../../../platform/saga/journal/hosted';
import { reactions } from '../../../reactions';
import { aRecord } from '../../support/log-events';
import { anEvent } from '../../support/events';
import { noteReaction, readReaction } from '../../support/reactions';

const nothing: View = {
  nextOffset: 0n,
  positions: new Map(),
  applied: new Map(),
  queues: new Map(),
  rows: new Map(),
};
const noted = (time: string, data: object = { noteId: 'n-1' }) =>
  anEvent({ aggregateId: 'note/n-1', type: 'note.made', time, data: data as never });

/** What the reactor writes about an event. */
function written(reaction: Reaction, since: string, event = noted('2026-11-26T10:00:00.000Z')) {
  const projection = reactionProjection(reaction, since);
  const schemas = { read: () => ({ verdict: 'valid' }) as const };
  const reading = readRecord(aRecord(event, 0), projection, schemas);
  return planReadings(projection, nothing, [reading]);
}

describe('a reaction', () => {
  test('makes of an event a row with the id of its saga, the same each time', () => {
    const [[key, { row }]] = [...written(noteReaction, '').rows] as unknown as [
      [string, { row: unknown }],
    ];
    expect(key).toBe('note/n-1:1');
    expect(row).toMatchObject({
      ...{ eventId: 'note/n-1:1', saga: 'file-note', businessKey: 'n-1', state: 'pending' },
      input: { noteId: 'n-1' },
      workflowId: expect.stringMatching(/^file-note:[0-9a-f]{32}$/) as string,
    });
    expect(written(noteReaction, '').rows).toEqual(written(noteReaction, '').rows);
  });

  test('gives every event, and every reaction to it, a saga of its own', () => {
    const other = { ...noteReaction, name: 'file-again' };
    const ids = [
      workflowIdFor(noteReaction, { aggregateId: 'note/n-1', seq: 1 }),
      workflowIdFor(noteReaction, { aggregateId: 'note/n-1', seq: 2 }),
      workflowIdFor(noteReaction, { aggregateId: 'note/n-2', seq: 1 }),
      workflowIdFor(other, { aggregateId: 'note/n-1', seq: 1 }),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  test('says nothing to what happened before it was there, and to other events', () => {
    const since = '2026-11-26T10:00:00.000Z';
    const count = (time: string) => written(noteReaction, since, noted(time)).rows.size;
    expect(count('2026-11-26T09:59:59.999Z')).toBe(0);
    expect(count(since)).toBe(1);
    const other = { ...noted(since), type: 'note.read' };
    expect(written({ ...noteReaction, on: 'note.lost' }, '', other).rows.size).toBe(0);
  });

  test('leaves the row of an event as it is, whatever comes again', () => {
    const projection = reactionProjection(noteReaction, '');
    const row = { state: 'started' } as never;
    expect(projection.fold(row, {} as never, 'note/n-1:1')).toBe(row);
  });

  test('makes of an event for a saga that waits one act, the same each time', () => {
    const [[key, { row }]] = [...written(readReaction, '').rows] as unknown as [
      [string, { row: unknown }],
    ];
    expect(key).toBe('note/n-1:1');
    expect(row).toEqual({
      ...{ eventId: 'note/n-1:1', eventTime: '2026-11-26T10:00:00.000Z', saga: 'file-note' },
      ...{ wait: 'note', businessKey: 'n-1', input: { noteId: 'n-1' }, state: 'pending' },
      ...{ until: '2026-11-26T11:00:00.000Z' },
      jti: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect(written(readReaction, '').rows).toEqual(written(readReaction, '').rows);
    const keyless = { ...readReaction, key: () => '' };
    expect(written(keyless, '').letters).toMatchObject([{ reason: 'FOLD_FAILED' }]);
  });

  test('parks an event of which its saga can make nothing', () => {
    const { letters, rows } = written(noteReaction, '', noted('2026-11-26T10:00:00.000Z', {}));
    expect(letters).toMatchObject([{ reason: 'FOLD_FAILED' }]);
    expect(rows.size).toBe(0);
  });
});

describe('the registered reactions', () => {
  const schemas = loadSchemas();

  test('have names of their own, and sagas that may be started', () => {
    expect(new Set(reactions.map(({ name }) => name)).size).toBe(reactions.length);
    for (const reaction of reactions) {
      expect(reaction.name).toMatch(/^[a-z][a-z-]{0,26}$/);
      if (isStarting(reaction)) expect(reaction.starts.childOnly).toBeUndefined();
    }
  });

  test.each(reactions.map((one) => [one.name, one] as const))(
    '%s follows the service that writes its event, and its saga takes every version of it',
    (_name, reaction) => {
      const writers = [...services, sagasJournal];
      expect(originOf(writers, reaction.on)?.service).toBe(reaction.service);
      const golden = readGoldenEvents().filter(({ type }) => type === reaction.on);
      expect(golden.length).toBeGreaterThan(0);
      for (const message of golden.flatMap(({ messages }) => messages)) {
        const { type, schema, data } = decodeEvent(message);
        const read = schemas.read(type, schema, data);
        const current = read.verdict === 'valid' ? read.current?.data : undefined;
        const found = current ?? data;
        const input = reaction.input(found);
        if (isTelling(reaction)) expect(reaction.key(found)).toMatch(/./);
        else if (isStarting(reaction)) {
          expect(reaction.starts.input.safeParse(input)).toMatchObject({ success: true });
        } else expect(input).toMatchObject({ workflowId: expect.any(String) as string });
      }
    },
  );
});
