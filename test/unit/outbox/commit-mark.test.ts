import type { RecordedEvent } from '../../../platform/kernel/decision';
import { markCommit, stepImageBytesMax } from '../../../platform/outbox/commit-mark';
import type { StoredEvent } from '../../../platform/outbox/ports';
import { contentHashOf, stampEvents } from '../../../platform/outbox/stamp';
import type { StepRecord } from '../../../platform/participant/fence-table';

const key = { sagaId: 'order/1/run', step: 'reserve' };
const schemas = { check: () => ({ version: '1.0', hash: '' }) };
const fact = (aggregateId: string, seq: number): RecordedEvent => ({
  ...{ aggregateId, seq, type: 'stock.reserved', data: { quantity: 1 } },
});
const stamped = (...facts: RecordedEvent[]) =>
  stampEvents(facts, { partitions: 3, schemas, time: '2030-01-01T00:00:00.000Z' });
const row = (effect: readonly RecordedEvent[], result: string): StepRecord => ({
  ...{ state: 'done', epoch: 0, run: 'run', inputHash: 'hash', result, effect },
});
const change = (id: string, events: readonly StoredEvent[]) => ({
  ...{ id, expectedSeq: (events[0]?.seq ?? 1) - 1, state: {}, events },
});

describe('the mark of a commit', () => {
  const facts = [fact('stock/lamp', 4), fact('stock/desk', 7)];
  const [lamp, desk] = stamped(...facts);
  const aggregates = [change('stock/lamp', [lamp!]), change('stock/desk', [desk!])];
  const outcome = { answer: 'done', commit: { stepRecord: row(facts, 'ok'), aggregates } };
  const events = markCommit(key, outcome).commit!.aggregates.flatMap((one) => one.events);

  it('names the last event in every one, and puts the step record into that one alone', () => {
    expect(events.map(({ commitId }) => commitId)).toEqual(['stock/desk:7', 'stock/desk:7']);
    const refs = [
      ['stock/lamp', 4],
      ['stock/desk', 7],
    ];
    const record = expect.not.objectContaining({ effect: facts }) as object;
    expect(row(facts, 'ok')).toMatchObject(events[1]!.stepImage!.record);
    const stepImage = { key, record, effect: refs, events: refs };
    expect(events.map((event) => event.stepImage)).toEqual([undefined, stepImage]);
  });

  it('is part of the content: an event without it, or with another one, has another hash', () => {
    for (const event of events) expect(contentHashOf(event)).toBe(event.contentHash);
    expect(events.map(({ contentHash }) => contentHash)).not.toContain(lamp!.contentHash);
    const other = { ...events[1]!, stepImage: { ...events[1]!.stepImage!, effect: [] } };
    expect(contentHashOf(other)).not.toBe(other.contentHash);
  });

  it('leaves alone what records no event, or writes nothing', () => {
    const silent = { answer: 'done', commit: { stepRecord: row([], 'ok'), aggregates: [] } };
    expect(markCommit(key, silent)).toBe(silent);
    expect(markCommit(key, { answer: 'done' })).toEqual({ answer: 'done' });
  });

  it('refuses a result that the log could not carry', () => {
    const stepRecord = row(facts, 'x'.repeat(stepImageBytesMax));
    const tooLarge = { answer: 'done', commit: { stepRecord, aggregates } };
    expect(() => markCommit(key, tooLarge)).toThrow('EVENT_INVALID');
  });
});
