import { noKeys } from '../../platform/host/sealed-store';
import type { Config } from '../../platform/runtime/config';
import { openLedger } from '../../platform/audit/ledger/postgres';
import type { LogFollower } from '../../platform/archive/prune';
import { eventPartitions } from '../../platform/event-log/topics';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { consumerName } from '../../platform/reactions/projection';
import { projections } from '../../projections';
import { openReadModelStore } from '../../projections/store';
import type { Ask } from '../../projections/store';
import { reactions } from '../../reactions';
import { openReactionStore } from '../../reactions/store';
import type { OwnedService } from '../owned-services';

interface Followed extends OwnedService {
  readonly topic: string;
  readonly configOf: (process: string) => Config;
}

/** Consumers whose checkpoints are in one store. */
interface Followers {
  readonly names: readonly string[];
  readonly ask: Ask;
}

/** Whoever keeps checkpoints of a service's topic, with the store they are in. The stores are closed afterwards. */
export async function withFollowers<Answer>(
  { service, configOf }: Followed,
  work: (followers: readonly Followers[]) => Promise<Answer>,
): Promise<Answer> {
  const reacting = reactions.filter((one) => one.service === service.name);
  const readers = projections.filter(({ services }) => services.includes(service.name));
  const stores = [
    {
      store: openReadModelStore(configOf('projector'), noKeys),
      names: readers.map(({ name }) => name),
    },
    {
      store: openReactionStore(configOf('orchestrator'), { reactions, keys: noKeys }),
      names: reacting.map(consumerName),
    },
  ];
  const asked = stores.filter(({ names }) => names.length > 0);
  try {
    return await work(asked.map(({ store, names }) => ({ names, ask: store.ask })));
  } finally {
    await Promise.all(stores.map(({ store }) => store.close()));
  }
}

/**
 * Everybody who reads a service's topic at the brokers alone and goes on from a place of their own: what they have not
 * read must stay. Replays, and whoever reads from the beginning, have the archive.
 */
export async function followersOf(followed: Followed): Promise<readonly LogFollower[]> {
  const consumers = await withFollowers(followed, (all) =>
    Promise.all(all.map((one) => placesOf(one, followed.topic))),
  );
  return [...consumers.flat(), await relayOf(followed), ...(await auditorOf(followed))];
}

/** What PostgreSQL says of a database, and of a table, that is not there. */
const absences = new Set(['3D000', '42P01']);

/** Nobody, where there has never been an auditor. */
async function auditorOf({ service, configOf }: Followed): Promise<LogFollower[]> {
  const config = configOf('auditor');
  const keys = openKeyring(config, { log: silentLog });
  const ledger = openLedger(config, keys);
  try {
    await ledger.ping();
    await keys.ready();
    const { offsets } = await ledger.mark(service.name);
    const next = Object.entries(offsets).map(([one, offset]) => [Number(one), BigInt(offset)]);
    return [{ name: 'auditor', next: new Map(next as [number, bigint][]) }];
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  } finally {
    await Promise.all([ledger.close(), keys.close()]);
  }
}

function isAbsence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return absences.has((error as { code?: string }).code ?? '') || isAbsence(error.cause);
}

/** A consumer that never ran, whose tables may not even be there, has read nothing. */
async function placesOf({ names, ask }: Followers, topic: string): Promise<LogFollower[]> {
  const view = `select to_regclass('live_checkpoints')::text as name`;
  const isThere = (await ask<{ name: string | null }>(view, []))[0]?.name !== null;
  const text = 'select projection, partition, next_offset from live_checkpoints where topic = $1';
  const rows = isThere ? await ask<Place>(text, [topic]) : [];
  return names.map((name) => {
    const mine = rows.filter(({ projection }) => projection === name);
    return {
      name,
      next: new Map(mine.map((one) => [one.partition, BigInt(one.next_offset)] as const)),
    };
  });
}

interface Place {
  readonly projection: string;
  readonly partition: number;
  readonly next_offset: string;
}

/** A relay holds what stands behind the end it has noted against its database. */
async function relayOf({ process, service, configOf }: Followed): Promise<LogFollower> {
  const store = service.openStore(configOf(process), noKeys);
  try {
    const next = new Map<number, bigint>();
    for (let slot = 0; slot < eventPartitions; slot += 1) {
      next.set(slot, BigInt((await store.readLease(slot))?.logEnd ?? 0));
    }
    return { name: `relay of ${service.name}`, next };
  } finally {
    await store.close();
  }
}
