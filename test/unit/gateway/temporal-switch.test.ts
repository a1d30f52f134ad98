import { switchEngine } from '../../../gateway/sagas/temporal-switch';
import type { SwitchPorts } from '../../../gateway/sagas/temporal-switch';
import type { SwitchAnswer, SwitchRequest } from '../../../platform/saga/verbs';

const stopped: SwitchAnswer = {
  switches: [
    { saga: 'place-order', stopped: true, actor: 'p', reason: 'x', since: '2026-01-01T00:00:00Z' },
  ],
};

const failed = (name: string): Error => Object.assign(new Error(name), { name });

/** Temporal as far as the switches see it: what the last run left, and what a new run answers. */
function temporal(last: SwitchAnswer | Error, next: SwitchAnswer | Error = stopped) {
  const runs: { readonly request: SwitchRequest; readonly among: unknown }[] = [];
  const settle = <Found>(found: Found | Error): Promise<Found> =>
    found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  const workflow = {
    getHandle: () => ({ result: () => settle(last) }),
    execute: (_type: string, options: Record<string, unknown>) => {
      const [request] = options.args as SwitchRequest[];
      runs.push({ request: request ?? {}, among: options.workflowIdConflictPolicy });
      return settle(next);
    },
  } as unknown as SwitchPorts['workflow'];
  const engine = switchEngine({
    workflow,
    taskQueue: 'sagas',
    within: (_ms, ask) => ask(),
    nameOf: (error) => (error as Error).name,
    unavailable: (cause) => new Error('away', { cause }),
    limits: { updateMs: 1, queryMs: 1 },
  });
  return { engine, runs };
}

describe('the switches of saga types', () => {
  test('are what the last turn left, without a new run', async () => {
    const { engine, runs } = temporal(stopped);
    expect(await engine.lastSwitch()).toEqual(stopped);
    expect(runs).toEqual([]);
  });

  test.each([
    ['Temporal has forgotten the last turn', 'WorkflowNotFoundError'],
    ['the last turn was refused', 'WorkflowFailedError'],
  ])('are asked of the journal when %s: a stopped type stays stopped', async (_when, name) => {
    const { engine, runs } = temporal(failed(name));
    expect(await engine.lastSwitch()).toEqual(stopped);
    expect(runs).toEqual([{ request: {}, among: 'USE_EXISTING' }]);
  });

  test('are unknown, and not open, when nobody is there who could read them', async () => {
    const away = temporal(failed('WorkflowNotFoundError'), failed('WorkflowFailedError'));
    await expect(away.engine.lastSwitch()).rejects.toThrow('away');
    const silent = temporal(failed('ServiceError'));
    await expect(silent.engine.lastSwitch()).rejects.toThrow('away');
    expect(silent.runs).toEqual([]);
  });

  test('are turned by one at a time', async () => {
    const turn = { saga: 'place-order', verb: 'stop', jti: 'j', reason: 'x', grant: 'g' } as const;
    const busy = temporal(stopped, failed('WorkflowExecutionAlreadyStartedError'));
    expect(await busy.engine.turnSwitch(turn)).toMatchObject({ code: 'VERB_IN_PROGRESS' });
    expect(busy.runs).toEqual([{ request: turn, among: 'FAIL' }]);
  });
});
