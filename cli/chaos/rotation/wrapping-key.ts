import { readFileSync, writeFileSync } from 'node:fs';
import { kekFileOf } from '../../../stack/secrets';
import { shot } from '../../attack/attack';
import type { Body } from '../../keys/ask';
import { chaosLimits } from '../stage';
import { until } from '../../up/api-client';
import type { Turn } from './world';

/** The key-encryption key: every key is wrapped with the new one, and the key store goes on without the old one. */
export const wrappingKey: Turn = {
  name: 'key-encryption key',
  async run({ askKeys, reach, stage }) {
    const before = await askKeys('GET', '/status');
    const { kek } = await askKeys('POST', '/kek/rotate', { reason: 'drill' });
    const keys = (await askKeys('GET', '/status')).keys as readonly Body[];
    const old = keys.filter((key) => key.kek !== kek && key.state !== 'retired').length;
    const file = kekFileOf(reach.stateDir);
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${String(kek)} `));
    await stage.control('stop', 'keys');
    writeFileSync(file, `${line ?? ''}\n`, { mode: 0o600 });
    await stage.control('start', 'keys');
    const status = await until('the key store', chaosLimits.wakeMs, () =>
      askKeys('GET', '/status').catch(() => undefined),
    );
    return [
      shot('another key wraps', 'yes', kek === before.kek ? 'no' : 'yes'),
      shot('keys wrapped with an older one', 0, old),
      shot('the key store without the old one wraps with', String(kek), String(status.kek)),
      shot('and knows', String(kek), (status.keks as readonly string[]).join(', ')),
    ];
  },
};
