import { contentOf, createOverviews, windowsOf } from '../../../gateway/overview/overview';
import type { SagaRow } from '../../../gateway/read-model';
import { streamOverview } from '../../../gateway/overview/stream';
import type { StreamEvent } from '../../../platform/http/event-stream';
import type { SagaOverview } from '../../../projections/overview';
import { nothingYet } from './surroundings';
import { openGateway } from './world';

const at = (ms: number): string => new Date(1_767_225_600_000 + ms).toISOString();

/** A saga whose first effect came after so many milliseconds, and its end after so many. */
function ended(effectMs: number, endMs: number, status = 'done'): SagaRow {
  const step = { name: 'reserve', kind: 'compensatable', status, startedAt: at(effectMs) };
  return {
    ...{ sagaId: 's/run', state: 'completed', startedAt: at(0), finishedAt: at(endMs) },
    ...{ steps: [step], parked: [], acts: [], incomplete: false, asOf: at(endMs) },
  };
}

test('databases differ from the first effect of a saga to its end', () => {
  const rows = [ended(10, 110), ended(0, 300), ended(50, 250)];
  expect(windowsOf(rows)).toEqual({ p50Ms: 200, p99Ms: 300, maxMs: 300 });
});

test('a saga that changed nothing, or has not ended, has no window', () => {
  const open = Object.fromEntries(
    Object.entries(ended(10, 110)).filter(([name]) => name !== 'finishedAt'),
  ) as unknown as SagaRow;
  expect(windowsOf([ended(10, 110, 'refused'), open])).toBeUndefined();
});

test('is made once for everybody who asks within a second, and anew afterwards', async () => {
  let nowMs = 1_000_000;
  let made = 0;
  const readModel = {
    overview: async () => (made++, nothingYet),
    sagas: async () => ({ items: [] }),
  };
  const overviews = createOverviews(readModel, () => nowMs);
  await Promise.all([overviews(60), overviews(60)]);
  nowMs += 999;
  await overviews(60);
  expect(made).toBe(1);
  await overviews(5);
  nowMs += 1;
  await overviews(60);
  expect(made).toBe(3);
});

test('what failed is not kept', async () => {
  let isAway = true;
  const overview = async () => {
    if (isAway) throw new Error('away');
    return nothingYet;
  };
  const overviews = createOverviews({ overview, sagas: async () => ({ items: [] }) });
  await expect(overviews(60)).rejects.toMatchObject({ code: 'READ_MODEL_UNAVAILABLE' });
  isAway = false;
  expect(contentOf(await overviews(60))).toContain('"running":0');
});

test('is shown to those who may see all sagas', async () => {
  const { call, world } = openGateway();
  world.overview = { ...nothingYet, open: { running: 3, compensating: 1, parked: 2 }, within: 0.5 };
  const told = await call({ path: '/overview?minutes=5', as: 'vera:viewer' });
  expect(told.json()).toMatchObject({
    ...{ minutes: 5, open: { running: 3, compensating: 1, parked: 2 } },
    objective: { name: 'ended within 60 s', target: 0.999, met: 0.5 },
  });
  const refused = await call({ path: '/overview', as: 'carl:customer' });
  expect([refused.status, refused.json().code]).toEqual([403, 'ROLE_MISSING']);
  world.away.add('read-model');
  const away = await call({ path: '/overview?minutes=7', as: 'vera:viewer' });
  expect([away.status, away.json().code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
});

describe('a stream of it', () => {
  function rehearse(answers: readonly (SagaOverview | Error)[]) {
    const sent: unknown[] = [];
    const [gone, ends] = [new AbortController(), new AbortController()];
    let asked = 0;
    const overview = async () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? nothingYet;
      asked += 1;
      if (asked > answers.length + 2) ends.abort();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const readModel = { overview, sagas: async () => ({ items: [] }) };
    let nowMs = 0;
    const overviews = createOverviews(readModel, () => (nowMs += 2_000));
    const sink = { send: ({ data }: StreamEvent) => void sent.push(data), closed: gone.signal };
    const look = () => overviews(60);
    const done = streamOverview(sink, { ends: ends.signal, look, everyMs: 1 });
    return { done, sent, gone, ends };
  }
  const running = (count: number) => ({
    ...nothingYet,
    open: { running: count, compensating: 0, parked: 0 },
  });

  test('sends what is new, once, whatever was away meanwhile', async () => {
    const { done, sent } = rehearse([running(1), running(1), new Error('away'), running(2)]);
    await done;
    expect(sent).toMatchObject([{ open: { running: 1 } }, { open: { running: 2 } }]);
  });

  test('ends at once when nobody is there any more, and when its gateway stops', async () => {
    for (const signal of ['gone', 'ends'] as const) {
      const readModel = { overview: async () => nothingYet, sagas: async () => ({ items: [] }) };
      const overviews = createOverviews(readModel);
      const [gone, ends] = [new AbortController(), new AbortController()];
      const stop = { gone, ends }[signal];
      const sink = { send: () => stop.abort(), closed: gone.signal };
      const look = () => overviews(60);
      // It would wait an hour for the next look.
      await streamOverview(sink, { ends: ends.signal, look, everyMs: 3_600_000 });
    }
  });
});
