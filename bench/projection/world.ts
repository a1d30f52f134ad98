import { connectLog } from '../../platform/event-log/kafka';
import type { EventLog } from '../../platform/event-log/kafka';
import { sealedLog } from '../../platform/event-log/sealed-log';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { renewedCredentials } from '../../platform/security/renewal';
import { projections } from '../../projections';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import type { StackOptions } from '../../stack';
import type { Relayed } from '../relay/relaying';
import { openRelayWorld } from '../relay/world';
import type { CpuGroup } from '../measure/cpu';
import type { RelayGroup } from '../relay/measure';
import { startFollowing } from './following';
import type { Following } from './following';
import { listedRows } from './rows';

/** Whose CPU is told: `client` commits, relays and builds the read model anew. */
export type ProjectionGroup = RelayGroup | 'projector';

/** What is relayed, and where it is projected to, each with the identity of its process. */
export interface ProjectionWorld {
  readonly relayed: Relayed;
  readonly readModels: ReadModelStore;
  /** As the projector sees it. */
  readonly eventLog: EventLog;
  /** The projector of the live read model. */
  readonly following: Following;
  readonly groups: Readonly<Partial<Record<ProjectionGroup, CpuGroup>>>;
  stop(): Promise<void>;
}

/** Starts what is needed, in a folder that is gone afterwards. */
export async function openProjectionWorld(
  options: Pick<StackOptions, 'onProgress' | 'signal'>,
): Promise<ProjectionWorld> {
  const world = await openRelayWorld(['postgresql'], options);
  const closing: (() => Promise<unknown>)[] = [() => world.stop()];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const relay = world.relays.get('postgresql');
    if (relay === undefined) throw new Error('there is nothing to relay');
    const config = parseConfig(world.stack.environmentFor('projector'));
    const keys = openKeyring(config, { log: silentLog });
    closing.push(() => keys.close());
    const readModels = openReadModelStore(config, keys);
    closing.push(() => readModels.close());
    const brokers = connectLog({
      ...{ brokers: config.HOLDFAST_KAFKA_BROKERS, clientId: config.HOLDFAST_NAME, log: silentLog },
      ...renewedCredentials(config),
    });
    const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
    closing.push(() => eventLog.close());
    await keys.ready();
    // With the indexes of all read models there are: each row that is written is looked at by each of them.
    await readModels.migrate([...projections, listedRows]);
    const following = await startFollowing(world.stack);
    closing.push(() => following.close());
    const groups = { ...relay.groups, projector: { alone: [following.pid] } };
    const relayed = { ...relay, store: 'postgresql' } as const;
    return { relayed, readModels, eventLog, following, groups, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
