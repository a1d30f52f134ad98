import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { eventually } from '../support/eventually';
import { expectSettled, failureOf, undoOrder } from './support/expectations';
import { failedTasksOf } from './support/failed-tasks';
import type { SagaWorld } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

const by = { actor: 'operator-1', reason: 'go on' };
const input = { skus: ['a', 'b', 'c', 'd', 'e'] };

describe('an author', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-authoring-'));
  let world: SagaWorld;
  beforeAll(async () => {
    const bundle = path.join(folder, 'bundle.js');
    const workflowsPath = path.join(
      __dirname,
      'fixtures',
      `authored-sagas${path.extname(__filename)}`,
    );
    await buildWorkflowBundle(bundle, { workflowsPath });
    world = await startSagaWorld(bundle);
  }, 120_000);
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => world.participants.heal());

  it('names the item in a loop, needs no pivot, and gets the result of the function', async () => {
    const saga = await world.start('looped', input);
    expect(await saga.result()).toEqual({ outcome: 'completed', result: { reserved: 5 } });
    await expectSettled(world, saga, 'all');
  });

  it('sees a loop undone from its end', async () => {
    world.participants.next('forward reserve:c', { refuses: 'OUT_OF_STOCK' });
    const saga = await world.start('looped', input);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(undoOrder(world, saga)).toEqual(['reserve:c', 'reserve:b', 'reserve:a']);
    await expectSettled(world, saga, 'nothing');
  });

  it('nests parallel blocks, which are undone level by level', async () => {
    world.participants.next('forward pivot', { refuses: 'NOT_AUTHORIZED' });
    const saga = await world.start('branched', input);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    const [last, ...levels] = undoOrder(world, saga).reverse();
    expect(last).toBe('first');
    expect(levels[0]).toBe('left 1');
    expect(levels.slice(1).sort()).toEqual(['down', 'right', 'up']);
    await expectSettled(world, saga, 'nothing');
  });

  it.each([
    ['reuses-name', 'STEP_NAME_REUSED'],
    ['overlaps', 'STEPS_OVERLAP'],
    ['step-after-pivot', 'STEP_AFTER_PIVOT'],
    ['retriable-before-pivot', 'RETRIABLE_BEFORE_PIVOT'],
  ])('who breaks a rule (%s) is told by the failing workflow task', async (name, code) => {
    const saga = await world.start(name, input);
    await eventually(async () => {
      expect((await failedTasksOf(saga.handle)).join()).toContain(code);
    });
    await saga.handle.terminate('the test is over');
  });

  it('whose saga fails hears why, and Temporal is told in a payload alone', async () => {
    const saga = await world.start('looped', input, { owner: '' });
    const lacks = 'the start lacks owner';
    await expect(saga.result()).rejects.toMatchObject({ cause: { message: lacks } });
    const { events } = await saga.handle.fetchHistory();
    const { failure } = events?.at(-1)?.workflowExecutionFailedEventAttributes ?? {};
    expect(failure).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
    expect(String(failure?.encodedAttributes?.data)).toContain(lacks);
  });

  it('cannot swallow that the saga turned back', async () => {
    world.participants.next('forward reserve', { refuses: 'OUT_OF_STOCK' });
    const saga = await world.start('catches', input);
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'OUT_OF_STOCK' });
    expect(saga.nets()).not.toHaveProperty('next');
    await expectSettled(world, saga, 'nothing');
  });

  it('of a saga with a long history sees it park before a step, go on by retry, or be cancelled', async () => {
    const start = async () => {
      const saga = await world.start('long-history', input);
      const view = await saga.until(({ state }) => state === 'parked');
      expect(view.parked[0]).toMatchObject({ reason: 'HISTORY_LIMIT', direction: 'forward' });
      return saga;
    };
    const cancelled = await start();
    expect(await cancelled.update('cancel', by)).toBe('accepted');
    expect(await failureOf(cancelled)).toMatchObject({ type: 'CancelledFailure' });
    await expectSettled(world, cancelled, 'nothing');
    const goesOn = await start();
    await expect(goesOn.update('skip', by)).rejects.toMatchObject({
      cause: { type: 'NOT_STARTED' },
    });
    const isOver = async () => (await goesOn.view()).state === 'completed';
    await eventually(async () => {
      await goesOn.update('retry', by).catch(() => undefined); // not parked at this very moment
      expect(await isOver()).toBe(true);
    });
    await expectSettled(world, goesOn, 'all');
  });
});
