import { Registry } from 'prom-client';
import type { LogEvent } from '../../../platform/event-log/envelope';
import { inconsistentSince, sagaMetrics } from '../../../projections/saga-metrics';
import type { FinishedStep } from '../../../projections/saga-timeline';

const at = (second: number): string =>
  new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();

/** A step from second `from` to second `to`. */
const step = (name: string, from: number, to: number, bent: Partial<FinishedStep> = {}) => ({
  ...{ name, kind: 'compensatable', participant: 'payments', command: name, status: 'done' },
  ...{ epoch: 0, startedAt: at(from), finishedAt: at(to) },
  ...bent,
});

const event = (type: string, second: number, data: object): LogEvent =>
  ({
    ...{ type, time: at(second), service: 'sagas' },
    data: { saga: 'trip', sagaId: 'trip-1/run', ...data },
  }) as unknown as LogEvent;

/** What is measured after these events, by name and labels; of histograms the sums and counts. */
async function measured(events: readonly LogEvent[]): Promise<Record<string, number>> {
  const registry = new Registry();
  sagaMetrics(registry)(events);
  const lines = (await registry.metrics()).split('\n').filter((line) => /^saga/.test(line));
  const told = lines.filter((line) => !line.includes('_bucket'));
  return Object.fromEntries(
    told.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('sagas are measured by their journal', () => {
  test('from start to end, and from the first effect to the end', async () => {
    const steps = [step('refused', 1, 2, { status: 'refused' }), step('hold', 3, 4)];
    expect(
      await measured([
        event('saga.started', 0, {}),
        event('saga.finished', 10, { outcome: 'completed', steps }),
      ]),
    ).toEqual({
      'saga_started_total{saga="trip"}': 1,
      'saga_finished_total{saga="trip",outcome="completed"}': 1,
      'saga_duration_seconds_sum{saga="trip",outcome="completed",waited="no"}': 10,
      'saga_duration_seconds_count{saga="trip",outcome="completed",waited="no"}': 1,
      'saga_inconsistency_seconds_sum{saga="trip",outcome="completed"}': 7,
      'saga_inconsistency_seconds_count{saga="trip",outcome="completed"}': 1,
      'saga_step_duration_seconds_sum{participant="payments",command="refused",outcome="refused"}': 1,
      'saga_step_duration_seconds_count{participant="payments",command="refused",outcome="refused"}': 1,
      'saga_step_duration_seconds_sum{participant="payments",command="hold",outcome="done"}': 1,
      'saga_step_duration_seconds_count{participant="payments",command="hold",outcome="done"}': 1,
    });
  });

  test('one in which nothing took effect has no window, and one that waited says so', async () => {
    const steps = [
      step('ask', 1, 90, { kind: 'approval', participant: 'people' }),
      step('hold', 91, 92, { status: 'refused' }),
    ];
    const found = await measured([event('saga.finished', 100, { outcome: 'compensated', steps })]);
    // Of its start nothing was heard: the first step counts.
    const duration = 'saga_duration_seconds_sum{saga="trip",outcome="compensated",waited="yes"}';
    expect(found[duration]).toBe(99);
    expect(Object.keys(found).filter((name) => name.includes('inconsistency'))).toEqual([]);
    expect(Object.keys(found).filter((name) => name.includes('command="ask"'))).toEqual([]);
  });

  test('one with more steps than its record holds was inconsistent from its start', async () => {
    const finished = { outcome: 'completed', steps: [step('hold', 50, 51)], stepsOmitted: 3 };
    const found = await measured([
      event('saga.started', 0, {}),
      event('saga.finished', 60, finished),
    ]);
    expect(found['saga_inconsistency_seconds_sum{saga="trip",outcome="completed"}']).toBe(60);
  });

  test('each time it comes to wait for a person is counted', async () => {
    const parked = event('saga.parked', 5, { direction: 'undo' });
    const found = await measured([parked, parked]);
    expect(found['saga_parked_total{saga="trip",direction="undo"}']).toBe(2);
  });

  test.each([
    ['done', 3],
    ['undone', 3],
    ['undoing', 3],
    ['skipped', 3],
    ['parked', 3],
    ['refused', undefined],
    ['failed', undefined],
    ['started', undefined],
  ])('a step that is %s has begun to make databases differ: %s', (status, second) => {
    const since = inconsistentSince({ steps: [step('hold', 3, 4, { status })] });
    expect(since).toBe(second === undefined ? undefined : Date.parse(at(second)));
  });
});
