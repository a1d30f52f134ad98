import { processConfigs } from '../../process-access';
import { looked } from '../finding';
import type { Finding } from '../finding';
import { lookAtLog } from './log';
import { lookAtMongo } from './mongodb';
import { lookAtPostgres } from './postgres';
import { lookAtSettings, lookAtToken } from './settings';
import { lookAtTemporal } from './temporal';

const reach =
  'see that it runs, and that this process may ask it: HOLDFAST_NAME and its certificate';

/** Everything a deployment is asked, all at once; in the order it is told in. */
export async function lookAtProduction(stateDir: string): Promise<readonly Finding[]> {
  const config = processConfigs(stateDir)('admin');
  const found = await Promise.all([
    looked('settings', 'see docs/security.md', async () => lookAtSettings(config)),
    looked('tokens', 'set HOLDFAST_TOKEN to an access token', async () =>
      lookAtToken(process.env.HOLDFAST_TOKEN),
    ),
    looked('Kafka', reach, () => lookAtLog(config)),
    looked('PostgreSQL', reach, () => lookAtPostgres(config)),
    looked('MongoDB', reach, () => lookAtMongo(config)),
    looked('Temporal', reach, () => lookAtTemporal(config)),
  ]);
  return found.flat();
}
