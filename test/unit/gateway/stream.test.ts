import type { StreamEvent } from '../../../platform/http/event-stream';
import { Fault } from '../../../platform/kernel/faults';
import { endOf } from '../../../gateway/routes/follow';
import { followLimits } from '../../../gateway/sagas/seats';
import type { SagaPosition, SagaRow } from '../../../gateway/read-model';
import { positionOf, streamSaga } from '../../../gateway/sagas/stream';
import { eventOf } from '../../support/follow';
import { at, id, row, view, withSaga } from './one-saga';

const place = (version: number, generation = 'saga-timeline'): SagaPosition => ({
  generation,
  version,
});

/** One stream whose row and position a test sets. */
function rehearse(lastId?: string, first?: Record<string, unknown>) {
  const sent: StreamEvent[] = [];
  const gone = new AbortController();
  const ends = new AbortController();
  let changed: ((position: SagaPosition) => void) | undefined;
  let now: SagaRow | undefined;
  let fault: Error | undefined;
  const done = streamSaga(
    { send: (event) => void sent.push(event), closed: gone.signal },
    {
      feed: {
        follow(_id, listener) {
          changed = listener;
          return () => void (changed = undefined);
        },
      },
      ...{ workflowId: id, first, lastId, ends: ends.signal, againMs: 1 },
      row: () => (fault === undefined ? Promise.resolve(now) : Promise.reject(fault)),
      bodyOf: ({ state }) => ({ state }),
    },
  );
  const told = () => sent.map((event) => `${event.event} ${event.id ?? ''}`.trim());
  return {
    ...{ done, gone, ends, told },
    isFollowed: () => changed !== undefined,
    fail: (error: Error | undefined) => void (fault = error),
    async set(position: SagaPosition, state = 'running') {
      now = { ...row(state), version: position.version };
      changed?.(position);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
}

test('each change is the whole saga under the id of its place, and the end is told once', async () => {
  const stream = rehearse();
  await stream.set(place(1));
  await stream.set(place(3));
  await stream.set(place(7), 'completed');
  await stream.done;
  expect(stream.told()).toEqual([
    ...['saga saga-timeline:1', 'saga saga-timeline:3', 'saga saga-timeline:7', 'end'],
  ]);
  expect(stream.isFollowed()).toBe(false);
});

test('what a client has seen, and what is older, is not sent again', async () => {
  const stream = rehearse('saga-timeline:3');
  await stream.set(place(2));
  await stream.set(place(3));
  expect(stream.told()).toEqual([]);
  await stream.set(place(4));
  await stream.set(place(3), 'completed');
  expect(stream.told()).toEqual(['saga saga-timeline:4']);
  stream.gone.abort();
  await stream.done;
});

test('who has seen everything but the end is told the end', async () => {
  const stream = rehearse('saga-timeline:7');
  await stream.set(place(7), 'compensated');
  await stream.done;
  expect(stream.told()).toEqual(['end']);
});

test('a table that was built anew is a reset, whatever its versions are', async () => {
  const stream = rehearse('saga-timeline:7');
  await stream.set(place(2, 'saga-timeline#2'));
  await stream.set(place(3, 'saga-timeline#2'));
  expect(stream.told()).toEqual(['reset saga-timeline#2:2', 'saga saga-timeline#2:3']);
  stream.ends.abort();
  await stream.done;
});

test.each(['x', 'saga-timeline:', ':3', 'saga-timeline:-1', 'a b:1', '<script>:1'])(
  'the position %s is none of ours, and a reset',
  async (lastId) => {
    expect(positionOf(lastId)).toBeUndefined();
    const stream = rehearse(lastId);
    await stream.set(place(2));
    expect(stream.told()).toEqual(['reset saga-timeline:2']);
    stream.gone.abort();
    await stream.done;
  },
);

test('a row that cannot be read is read again; one that does not open ends the stream', async () => {
  const stream = rehearse();
  stream.fail(new Fault('STORE_UNAVAILABLE', 'away'));
  await stream.set(place(1));
  stream.fail(undefined);
  while (stream.told().length === 0) await new Promise((resolve) => setImmediate(resolve));
  stream.fail(new Fault('CIPHERTEXT_REFUSED', 'changed'));
  await stream.set(place(2));
  await stream.done;
  expect(stream.told()).toEqual(['saga saga-timeline:1', 'problem']);
});

test('a stream ends with the token it was opened with, or with the process', () => {
  jest.useFakeTimers({ now: 1_000_000 });
  try {
    const stopping = new AbortController();
    const { signal } = endOf(1_005, stopping.signal);
    jest.advanceTimersByTime(4_999);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.aborted).toBe(true);
    const other = endOf(2_000, stopping.signal);
    expect(other.signal.aborted).toBe(false);
    stopping.abort();
    expect([other.signal.aborted, endOf(2_000, stopping.signal).signal.aborted]).toEqual([
      true,
      true,
    ]);
  } finally {
    jest.useRealTimers();
  }
});

describe('over HTTP', () => {
  const events = (text: string) => text.split('\n\n').flatMap((block) => eventOf(block) ?? []);

  test('a saga that has ended: its whole state and the end', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, { ...row('completed'), version: 9 });
    const answer = await call({ path: `/sagas/${at}/events`, as: 'ann:customer' });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    const [saga, end] = events(answer.text);
    expect(saga).toMatchObject({ id: 'saga-timeline:9', data: { id, state: 'completed' } });
    expect(end).toMatchObject({ event: 'end', data: { state: 'completed' } });
  });

  test('one that the journal does not know yet is shown as starting, without a place', async () => {
    const { call, world, registry } = withSaga();
    const answered = call({ path: `/sagas/${at}/events`, as: 'ann:customer' });
    const isOpen = async () => (await registry.metrics()).includes('gateway_streams_open 1');
    while (!(await isOpen())) await new Promise((resolve) => setImmediate(resolve));
    world.rows.set(id, { ...row('completed'), version: 1 });
    const [first, second] = events((await answered).text);
    expect(first).toMatchObject({ event: 'saga', data: { state: 'starting' } });
    expect(first?.id).toBeUndefined();
    expect(second?.id).toBe('saga-timeline:1');
  });

  test('of somebody else it looks like none', async () => {
    const { call } = withSaga();
    expect((await call({ path: `/sagas/${at}/events`, as: 'bob:customer' })).status).toBe(404);
    expect((await call({ path: `/sagas/${at}/events` })).status).toBe(401);
  });

  test('HEAD is answered and does not stay', async () => {
    const { call } = withSaga();
    const answer = await call({ method: 'HEAD', path: `/sagas/${at}/events`, as: 'ann:customer' });
    expect(answer.status).toBe(200);
  });

  test('a person has five streams at most, all end when the process is about to stop', async () => {
    const { call, world, health, registry } = withSaga();
    world.views.set(id, view('running'));
    world.rows.set(id, { ...row('running'), version: 1 });
    const path = `/sagas/${at}/events`;
    const open = Array.from({ length: followLimits.ofOne }, () =>
      call({ path, as: 'ann:customer' }),
    );
    const isFull = async () => (await registry.metrics()).includes('gateway_streams_open 5');
    while (!(await isFull())) await new Promise((resolve) => setImmediate(resolve));
    const sixth = await call({ path, as: 'ann:customer' });
    expect([sixth.status, sixth.json().code]).toEqual([429, 'TOO_MANY_STREAMS']);
    health.drain();
    for (const { text } of await Promise.all(open)) {
      expect(events(text).map(({ event }) => event)).not.toContain('end');
    }
    expect(await registry.metrics()).toContain('gateway_streams_open 0');
  });
});
