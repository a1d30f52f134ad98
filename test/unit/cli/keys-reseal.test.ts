import { resealAll } from '../../../cli/keys/uses';
import { Fault } from '../../../platform/kernel/faults';

const away = (): never => {
  throw new Fault('KEYS_UNAVAILABLE', 'the key of a stored value is not known');
};
const refused = (): never => {
  throw new Fault('CIPHERTEXT_REFUSED', 'rows do not open: a');
};

/** Plays these steps one after the other; what was told meanwhile, and how often there was a pause. */
function played(...steps: (() => number)[]) {
  const [told, pauses]: [number[], number[]] = [[], []];
  const left = [...steps];
  const reseal = async () => (left.shift() ?? away)();
  const pause = { wait: async (ms: number) => void pauses.push(ms) };
  return { told, pauses, out: resealAll({ reseal }, (rows) => told.push(rows), pause) };
}

describe('sealing everything anew', () => {
  test('goes on step by step until nothing is left, and tells how much', async () => {
    const { out, told, pauses } = played(
      () => 500,
      () => 7,
      () => 0,
    );
    expect([await out, told, pauses]).toEqual([507, [500, 507, 507], []]);
  });

  test('waits for a key that is not known yet, again after every step', async () => {
    const { out, pauses } = played(...[away, away, () => 500, away, away, away], () => 0);
    await expect(out).resolves.toBe(500);
    expect(pauses).toHaveLength(5);
  });

  test('ends where the key store does not answer, and with what does not open', async () => {
    await expect(played().out).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    await expect(played(() => 500, refused).out).rejects.toMatchObject({
      code: 'CIPHERTEXT_REFUSED',
    });
  });
});
