import { startDeadLetterCopier } from '../../platform/event-log/letters/copier';
import { LogError } from '../../platform/event-log/ports';
import { silentLog } from '../../platform/runtime/log';
import { eventually } from '../support/eventually';
import { openNotedLetters } from '../support/noted-letters';
import type { NotedLetters } from '../support/noted-letters';

let letters: NotedLetters;
beforeEach(async () => {
  letters = await openNotedLetters();
});
afterEach(() => letters.world.close());

describe('copies for other tools', () => {
  const copier = (topic: string, told: Partial<Parameters<typeof startDeadLetterCopier>[0]>) =>
    startDeadLetterCopier({
      ...{
        store: letters.store,
        topic,
        retryMs: 50,
        log: silentLog,
        writer: letters.world.logAs('projector').writer,
      },
      ...told,
    });

  test('are made at least once, with their cause, also of letters that were done with meanwhile', async () => {
    const topic = await letters.world.createTopic('dead-letter');
    letters.failing.add('order/a:1');
    await letters.feed(
      letters.record('a', 1),
      letters.record('a', 2),
      letters.record('b', 1, letters.invalid),
      letters.record('c', 1, letters.invalid),
    );
    const spoil = `update dead_letters set payload = payload || 'x' where aggregate_id = 'order/c'`;
    await letters.store.ask(spoil, []);
    letters.failing.clear();
    await letters.act(await letters.idOf('a', 1), 'retry');
    const { writer } = letters.world.logAs('projector');
    let refusals = 0;
    // The broker never takes the content of one, and the first mark is lost as by a crash.
    const picky: typeof writer = {
      ...writer,
      append: (...told) => {
        if (!told[2][0]?.key.endsWith('b') || told[2][0].value === '')
          return writer.append(...told);
        refusals += 1;
        return Promise.reject(new LogError('RECORD_REFUSED', 'too large'));
      },
    };
    let lost = 0;
    const forgetful = {
      uncopiedLetters: (limit: number) => letters.store.uncopiedLetters(limit),
      markCopied: (ids: readonly string[]) =>
        lost++ === 0 ? Promise.reject(new Error('crashed')) : letters.store.markCopied(ids),
    };
    const running = copier(topic, { writer: picky, store: forgetful });
    await eventually(async () => expect(await letters.store.uncopiedLetters(10)).toEqual([]));
    await running.stop();
    const copies = (await letters.world.records(topic)).map(({ key, headers, value }) => [
      ...[key, headers.dl_reason, value === '' ? headers.dl_content : 'whole'],
      /^[0-9a-f]{12}$/.test(headers.dl_group ?? '') && headers.dl_cause !== '',
    ]);
    expect(copies).toEqual([
      ['order/a', 'FOLD_FAILED', 'whole', true],
      ['order/a', 'FOLD_FAILED', 'whole', true],
      ['order/a', 'BEHIND_DEAD_LETTER', 'whole', true],
      ['order/b', 'SCHEMA_INVALID', 'omitted', true],
      ['order/c', 'SCHEMA_INVALID', 'refused', true],
    ]);
    expect(refusals).toBe(1);
  });
});
