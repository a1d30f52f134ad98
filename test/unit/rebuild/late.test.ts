import { gapReachBytes } from '../../../platform/event-log/reach';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { verifyRebuild } from '../../../platform/rebuild/verify';
import { wholeHistory } from '../../support/box-audit';
import { boxParticipant, boxService, stepOf } from '../../support/box-service';
import type { Box } from '../../support/box-service';
import { anySchemas } from '../../support/counting';
import { memoryLog } from '../../support/memory-log';

/** A box with three events, all of them said to be sent, and a log that holds what the test puts into it. */
async function aBox() {
  const store = createMemoryStore<Box>();
  const participant = boxParticipant(store);
  for (let turn = 0; turn < 3; turn += 1) {
    await participant.handle(stepOf(`saga-${turn}`, ['a']).forward(0, { coins: 5 }));
  }
  const events = await wholeHistory(store);
  await store.markPublished(events);
  const log = memoryLog('boxes');
  const verify = () =>
    verifyRebuild({
      ...{ service: 'boxes', topic: log.topic, groupPrefix: 'projector-test', waitMs: 5_000 },
      ...{ store, eventLog: log.eventLog, schemas: anySchemas },
      evolve: (state, event) => boxService.evolve(state as Box | undefined, event),
    });
  const [first, second, third] = events;
  return { log, verify, first: first!, second: second!, third: third! };
}

test('an event that is missing in the middle is a gap, and published again it is only late', async () => {
  const { log, verify, first, second, third } = await aBox();
  log.send(first, third);
  const { findings } = await verify();
  expect(findings).toMatchObject([{ aggregateId: 'a', code: 'SEQUENCE_GAP', seq: 2 }]);
  log.send(second);
  expect(await verify()).toMatchObject({ verdict: 'equal', events: 3, repeats: 0, late: 1 });
});

test('where no reader would look for it any more, it came too late', async () => {
  const { log, verify, first, second, third } = await aBox();
  log.send(first, third);
  log.append(first.slot, { ...log.encode(first), key: '', value: 'x'.repeat(gapReachBytes) });
  log.send(second);
  const codes = (await verify()).findings.map(({ aggregateId, code }) => [aggregateId, code]);
  expect(codes).toContainEqual(['a', 'EVENT_TOO_LATE']);
});
