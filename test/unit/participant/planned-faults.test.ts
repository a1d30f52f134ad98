import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../platform/kernel/faults';
import type { StepAnswer, StepMessage } from '../../../platform/kernel/step';
import { withPlannedFaults } from '../../../platform/participant/planned-faults';
import { happenedFaults, releaseHeld, writeFaultPlan } from '../../../platform/runtime/fault-plan';
import type { PlannedFault } from '../../../platform/runtime/fault-plan';

const folder = mkdtempSync(join(tmpdir(), 'faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const message: StepMessage = {
  ...{ sagaId: 'saga/run', step: 'capture', kind: 'forward', epoch: 0, run: 'run' },
  ...{ command: 'capture', input: { orderId: 'o-1' }, saga: 'place-order', owner: 'anybody' },
  correlationId: 'saga',
};

let sagas = 0;

/** A participant that answers what it is given, in turn, under one planned fault. */
function planned(fault: Omit<PlannedFault, 'step' | 'kind' | 'times'>, answers: StepAnswer[]) {
  const correlationId = `saga-${(sagas += 1)}`;
  const seen: StepMessage[] = [];
  writeFaultPlan(folder, correlationId, [{ step: 'capture', kind: 'forward', times: 1, ...fault }]);
  const participant = withPlannedFaults(
    {
      handle: async (sent) => {
        seen.push(sent);
        const answer = answers[seen.length - 1] ?? answers.at(-1);
        if (answer === undefined) throw new Fault('STEP_FENCED', 'too late');
        return answer;
      },
    },
    folder,
  );
  const handle = () => participant.handle({ ...message, correlationId }, { timeoutMs: 1_000 });
  return { handle, seen, correlationId };
}

const done: StepAnswer = { answer: 'done', result: 1 };

test('an error before the effect leaves the store alone, and the next attempt goes through', async () => {
  const { handle, seen } = planned({ fault: 'error-before' }, [done]);
  await expect(handle()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(seen).toHaveLength(0);
  expect(await handle()).toBe(done);
});

test('an error after the effect hides that it happened', async () => {
  const { handle, seen } = planned({ fault: 'error-after' }, [done]);
  await expect(handle()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(seen).toHaveLength(1);
});

test('a duplicate that is answered differently is a broken invariant', async () => {
  const same = planned({ fault: 'duplicate' }, [done]);
  expect(await same.handle()).toEqual(done);
  expect(same.seen).toHaveLength(3);
  const other = planned({ fault: 'duplicate' }, [done, { answer: 'done', result: 2 }, done]);
  await expect(other.handle()).rejects.toMatchObject({ code: 'INVARIANT_BROKEN' });
});

test('a refusal is answered without asking the participant, a poisoned input is put to it', async () => {
  const refused = planned({ fault: 'refusal', code: 'NOT_AUTHORIZED' }, [done]);
  expect(await refused.handle()).toMatchObject({ answer: 'refused', code: 'NOT_AUTHORIZED' });
  expect(refused.seen).toHaveLength(0);
  const poisoned = planned({ fault: 'poison' }, [done]);
  await poisoned.handle();
  expect(poisoned.seen[0]?.input).toBe('poisoned');
});

test('a held message goes on when it is released, and its end is noted', async () => {
  const { handle, seen, correlationId } = planned({ fault: 'held' }, []);
  const answer = handle();
  expect(seen).toHaveLength(0);
  releaseHeld(folder, correlationId);
  await expect(answer).rejects.toMatchObject({ code: 'STEP_FENCED' });
  expect(happenedFaults(folder, correlationId)).toEqual([{ index: 0, afterwards: 'STEP_FENCED' }]);
});
