import { createBulkRuns } from '../../../gateway/bulk/runs';
import type { BulkRuns } from '../../../gateway/bulk/runs';
import type { BulkPlan } from '../../../gateway/bulk/run';
import type { Delivery } from '../../../gateway/sagas/engine';
import { silentLog } from '../../../platform/runtime/log';
import type { SignedVerb } from '../../../platform/saga/verbs';
import type { SagaView } from '../../../platform/saga/wire';
import { eventually } from '../../support/eventually';
import { openGateway, testGrants } from './world';

const row = (workflowId: string, state = 'parked') => ({
  ...{ workflowId, sagaId: `${workflowId}/run`, saga: 'place-order', businessKey: workflowId },
  ...{ owner: 'o', state, steps: [], parked: [], acts: [], asOf: 'then', incomplete: false },
});
const body = {
  ...{ verb: 'retry', filter: { parkedReason: 'CARRIER_AWAY' }, reason: 'the carrier is back' },
  ratePerSecond: 50,
};

function withParked(...ids: string[]) {
  const opened = openGateway();
  for (const id of ids) opened.world.rows.set(id, row(id));
  const post = (told: object, key?: string, as = 'olga:operator') =>
    opened.call({
      ...{ method: 'POST', path: '/sagas/bulk', as, body: { ...body, ...told } },
      ...(key === undefined ? {} : { key }),
    });
  const progress = async (path: string) =>
    (await opened.call({ path, as: 'olga:operator' })).json();
  const over = async (path: string) => {
    let found: Record<string, unknown> = {};
    await eventually(async () => {
      found = await progress(path);
      expect(found.state).not.toBe('running');
    });
    return found;
  };
  return { ...opened, post, progress, over };
}

describe('a bulk request', () => {
  test('tells by a dry run what it would touch, and touches nothing', async () => {
    const { post, world } = withParked('a', 'b', 'c');
    const answer = await post({ dryRun: true });
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { count: 3, sample: [{ workflowId: 'a' }, { workflowId: 'b' }, { workflowId: 'c' }] },
    ]);
    expect(world.searched[0]).toMatchObject({ state: 'parked', parkedReason: 'CARRIER_AWAY' });
    expect(world.sent).toEqual([]);
  });

  test.each([[undefined], [2], [4]])(
    'that expects %s of three is refused',
    async (expectedCount) => {
      const { post, world } = withParked('a', 'b', 'c');
      const answer = await post(expectedCount === undefined ? {} : { expectedCount });
      expect([answer.status, answer.json().code]).toEqual([409, 'COUNT_CHANGED']);
      expect(world.sent).toEqual([]);
    },
  );

  test('is for operators, and never for everything', async () => {
    const { post } = withParked('a');
    expect((await post({ expectedCount: 1 }, undefined, 'ann:customer')).status).toBe(403);
    expect((await post({ filter: {}, expectedCount: 1 })).status).toBe(400);
    expect((await post({ filter: { state: 'running' }, expectedCount: 1 })).status).toBe(400);
    expect((await post({ verb: 'mark-done-externally', expectedCount: 1 })).status).toBe(400);
  });

  test('acts on each saga once, under a grant and an identity of its own', async () => {
    const { post, over, world } = withParked('a', 'b');
    const answer = await post({ expectedCount: 2, filter: { step: 'ship stock' } }, 'k');
    expect(answer.status).toBe(202);
    const location = String(answer.headers.location);
    expect(await over(location)).toMatchObject({ state: 'done', accepted: 2, failed: 0, total: 2 });
    const acts = world.sent.map(({ argument }) => argument as SignedVerb);
    expect(new Set(acts.map(({ jti }) => jti)).size).toBe(2);
    for (const [index, workflowId] of ['a', 'b'].entries()) {
      const { grant, jti, reason, step = '' } = acts[index] as SignedVerb;
      const act = { verb: 'retry' as const, workflowId, jti, reason, step };
      expect(await (await testGrants()).verify(grant, act)).toMatchObject({ roles: ['operator'] });
    }
  });

  test('sent again under its key is the same run, also by a process that knows nothing of it', async () => {
    const first = withParked('a', 'b');
    const one = await first.post({ expectedCount: 2 }, 'k');
    await first.over(String(one.headers.location));
    const restarted = withParked('b');
    const again = await restarted.post({ expectedCount: 1 }, 'k');
    expect(again.headers.location).toBe(one.headers.location);
    await restarted.over(String(again.headers.location));
    expect(restarted.world.sent[0]?.updateId).toBe(first.world.sent[1]?.updateId);
  });

  test('goes on over sagas that refuse, and stops where the next would fare no better', async () => {
    const { post, over, world } = withParked('a', 'b');
    world.delivery = { kind: 'rejected', code: 'NOT_PARKED', detail: 'gone' };
    const refused = await over(String((await post({ expectedCount: 2 })).headers.location));
    expect(refused).toMatchObject({ state: 'done', accepted: 0, failed: 2 });
    expect(refused.failures).toMatchObject([{ saga: 'a', code: 'NOT_PARKED' }, { saga: 'b' }]);
    world.delivery = { kind: 'no-worker' };
    const away = await over(String((await post({ expectedCount: 2 })).headers.location));
    expect(away).toMatchObject({
      state: 'stopped',
      failed: 1,
      stoppedBecause: { code: 'WORKERS_AWAY' },
    });
  });
});

describe('a bulk run', () => {
  const place = (since: string) => ({
    ...{ step: 's', direction: 'forward', condition: 'nothing-stands', reason: 'R', since },
  });
  const view = (since: string): SagaView =>
    ({ state: 'parked', parked: [place(since)] }) as unknown as SagaView;

  interface Away {
    /** Sagas that Temporal has forgotten: their recoveries run them. */
    readonly forgotten?: readonly string[];
    readonly ids?: readonly string[];
  }

  async function running(
    told: Partial<BulkPlan>,
    pause: Parameters<typeof createBulkRuns>[0],
    { forgotten = [], ids = ['a', 'b', 'c'] }: Away = {},
  ) {
    const views = new Map<string, SagaView>();
    const sent: string[] = [];
    const looked: string[] = [];
    const looks = (id: string) => looked.filter((one) => one === id).length;
    const runs: BulkRuns = createBulkRuns(pause);
    const grants = await testGrants();
    const engine = {
      describe: (id: string) => {
        const known = { workflowId: id, sagaId: `${id}/run`, open: true, state: 'parked' };
        const described = { ...known, saga: 's', memo: {}, startedAt: '' } as never;
        return Promise.resolve(forgotten.includes(id) ? undefined : described);
      },
      view: (id: string) => {
        looked.push(id);
        return Promise.resolve(views.get(id));
      },
      send: (id: string): Promise<Delivery> => {
        sent.push(id);
        return Promise.resolve({ kind: 'answered', answer: 'accepted' });
      },
    };
    const targets = ids.map((workflowId) => {
      const sagaId = `${workflowId}/run`;
      views.set(forgotten.includes(workflowId) ? `recover/${sagaId}` : workflowId, view('then'));
      return { workflowId, sagaId, businessKey: workflowId, state: 'parked' };
    });
    const plan: BulkPlan = {
      ...{ id: 'run', verb: 'retry', targets, reason: 'x', ratePerSecond: 4 },
      ...{ person: { actor: 'p', roles: ['operator'] }, stopOnNewFailure: true, ...told },
    };
    const parts = { engine, grants, log: silentLog };
    return { views, sent, looks, start: () => runs.start(parts, plan), runs };
  }

  test('stops when a saga it acted on parks anew, and not because it was parked before', async () => {
    const held = await running({}, () => Promise.resolve());
    const first = held.start();
    await first.over;
    expect(first.progress()).toMatchObject({ state: 'done', accepted: 3 });
    const parting = await running({}, () => {
      parting.views.set('a', view('later'));
      return Promise.resolve();
    });
    const run = parting.start();
    await run.over;
    expect(run.progress()).toMatchObject({
      ...{ state: 'stopped', accepted: 1 },
      stoppedBecause: { saga: 'a', code: 'PARKED_AGAIN' },
    });
    expect(parting.sent).toEqual(['a']);
    const stubborn = await running({ stopOnNewFailure: false }, () => {
      stubborn.views.set('a', view('later'));
      return Promise.resolve();
    });
    const on = stubborn.start();
    await on.over;
    expect(on.progress()).toMatchObject({ state: 'done', accepted: 3 });
  });

  test('stops when a saga parks anew whose recovery took the act', async () => {
    const parting = await running(
      {},
      () => {
        parting.views.set('recover/a/run', view('later'));
        return Promise.resolve();
      },
      { forgotten: ['a'] },
    );
    const run = parting.start();
    await run.over;
    expect(parting.sent).toEqual(['recover/a/run']);
    expect(run.progress()).toMatchObject({ state: 'stopped', stoppedBecause: { saga: 'a' } });
  });

  test('watches every saga it acted on until it has ended, not the last ones alone', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const parting = await running(
      {},
      () => {
        const ended = { ...view('then'), state: 'completed' } as SagaView;
        if (parting.sent.length === 10) parting.views.set('s5', ended);
        if (parting.sent.length === 50) parting.views.set('s1', view('later'));
        return Promise.resolve();
      },
      { ids },
    );
    const run = parting.start();
    await run.over;
    expect(run.progress().stoppedBecause).toMatchObject({ saga: 's1', code: 'PARKED_AGAIN' });
    // 49 are watched, 20 in a turn: within three turns each of them was looked at.
    expect(run.progress().accepted).toBeLessThanOrEqual(53);
    expect(parting.looks('s5')).toBeLessThan(parting.looks('s6'));
  });

  test('waits between two sagas as long as its rate says', async () => {
    const waits: number[] = [];
    const { start } = await running({ ratePerSecond: 4 }, (ms) => {
      waits.push(ms);
      return Promise.resolve();
    });
    await start().over;
    expect(waits).toEqual([250, 250, 250]);
  });

  test('that is called off ends before the next saga; one that goes on is not started twice', async () => {
    let release = (): void => undefined;
    const { start, sent } = await running({}, () => new Promise((resolve) => (release = resolve)));
    const run = start();
    await eventually(() => {
      expect(sent).toEqual(['a']);
      return Promise.resolve();
    });
    expect(start()).toBe(run);
    run.cancel();
    await eventually(() => {
      release();
      expect(run.progress().state).toBe('cancelled');
      return Promise.resolve();
    });
    expect(sent).toEqual(['a']);
  });
});
