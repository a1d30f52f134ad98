import { connectLog } from '../../platform/event-log/kafka';
import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { sealedLog } from '../../platform/event-log/sealed-log';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { renewedCredentials } from '../../platform/security/renewal';
import { openReadModelStore } from '../../projections/store';
import { rowSchemas } from '../relay/outbox';
import type { FromProjector, ToProjector } from './following';
import { listedRows } from './rows';
import { listedTopics } from './topics';

/**
 * The projector in a process of its own, as the product's is: beside whoever commits and relays, it would measure how
 * they wait for each other. It projects from `begin` to `end`, and says of each batch whose rows stand and since when.
 */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const keys = openKeyring(config, { log: silentLog });
  const store = openReadModelStore(config, keys);
  const brokers = connectLog({
    ...{ brokers: config.HOLDFAST_KAFKA_BROKERS, clientId: config.HOLDFAST_NAME, log: silentLog },
    ...renewedCredentials(config),
  });
  const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
  await keys.ready();
  const begin = (): Projector =>
    startProjector({
      ...{ projection: listedRows, topics: listedTopics, eventLog, store, schemas: rowSchemas },
      groupId: `projector-${listedRows.name}`,
      log: silentLog,
      observe: {
        applied: (events) => {
          const at = performance.timeOrigin + performance.now();
          say({ applied: events.map(({ aggregateId }) => aggregateId), at });
        },
      },
    });
  let projector: Projector | undefined;
  process.on('message', (told: ToProjector) => {
    if (told === 'begin') projector = begin();
    else void projector?.stop().then(() => say('ended'));
  });
  say('ready');
}

function say(message: FromProjector): void {
  process.send?.(message);
}

// The parent's end is this one's: nobody else asks for anything.
process.on('disconnect', () => process.exit(0));
void main();
