import { silentLog } from '../../../platform/runtime/log';
import { keySource, keyStoreClient } from '../../../platform/security/keys/client';
import type { KeyPurpose } from '../../../platform/security/keys/vault';
import { shot } from '../../attack/attack';
import type { Shot } from '../../attack/attack';
import type { Body } from '../../keys/ask';
import { contentOf } from '../../keys/uses';
import { until } from '../../up/api-client';
import type { DrillWorld, Turn } from './world';

/** Processes ask for keys, and report what they sealed, every minute. */
const usedWithinMs = 200_000;

/** What every order makes somebody seal with. */
const isBusy = (purpose: string): boolean =>
  /^((store|events)\.|(audit|read-models)$)/.test(purpose);

/** What is sealed anew, and the process that is given the old key no more; without one the key stays. */
const left: readonly { readonly purpose: KeyPurpose; readonly holder?: string }[] = [
  ...['orders', 'payments', 'inventory'].map((name) => {
    return { purpose: `store.${name}` as const, holder: name };
  }),
  { purpose: 'audit', holder: 'auditor' },
  { purpose: 'read-models', holder: 'projector' },
  { purpose: 'reactions' },
  { purpose: 'letters' },
  { purpose: 'webhooks' },
];

interface KeyLine {
  readonly id: string;
  readonly purpose: string;
  readonly isCurrent: boolean;
  readonly messages: number;
}

async function keysOf({ askKeys }: DrillWorld): Promise<readonly KeyLine[]> {
  const { keys } = await askKeys('GET', '/status');
  return (keys as readonly Body[]).map(({ id, purpose, isCurrent, messages }) => {
    return {
      ...{ id: String(id), purpose: String(purpose) },
      ...{ isCurrent: isCurrent === true, messages: Number(messages) },
    };
  });
}

/** A new key for every purpose that has one; in the databases nothing stays under the old ones. */
export const dataKeys: Turn = {
  name: 'data keys',
  async run(world) {
    const { askKeys, say } = world;
    const before = (await keysOf(world)).filter(({ isCurrent }) => isCurrent);
    for (const { purpose } of before)
      await askKeys('POST', `/purposes/${encodeURIComponent(purpose)}/rotate`, { reason: 'drill' });
    const used = new Set(before.map(({ purpose }) => purpose).filter(isBusy));
    say(`  ${before.length} purposes have a new key; ${used.size} of them are waited for`);
    const idle = await untilUsed(world, new Set(before.map(({ id }) => id)), used);
    const shots: Shot[] = [
      shot('purposes that do not seal with their new key', 'none', idle.join(', ') || 'none'),
    ];
    for (const { purpose, holder } of left) {
      const old = before.find((key) => key.purpose === purpose);
      if (old === undefined) continue;
      const sealed = await sealAnew(world, purpose, old.id);
      shots.push(sealed);
      if (holder !== undefined && sealed.held) {
        shots.push(await retire(world, { purpose, holder, old: old.id }));
      }
    }
    return shots;
  },
};

/** Which of the purposes nobody has sealed with their new key for. */
async function untilUsed(
  world: DrillWorld,
  old: ReadonlySet<string>,
  purposes: ReadonlySet<string>,
): Promise<readonly string[]> {
  let idle: readonly string[] = [...purposes];
  await until('new keys to be used', usedWithinMs, async () => {
    const fresh = (await keysOf(world)).filter(({ id, messages }) => messages > 0 && !old.has(id));
    const busy = new Set(fresh.map(({ purpose }) => purpose));
    idle = [...purposes].filter((purpose) => !busy.has(purpose));
    if (idle.length === 0) return true;
    await new Promise((resume) => setTimeout(resume, 1_000));
    return undefined;
  }).catch(() => undefined);
  return idle;
}

/** Seals a database anew beside whoever works with it; shows what is still under the old key. */
async function sealAnew(world: DrillWorld, purpose: KeyPurpose, old: string): Promise<Shot> {
  const content = contentOf(purpose, world.reach.stateDir);
  if (content === undefined) throw new Error(`nobody counts the rows of ${purpose}`);
  const rows = await content.reseal(() => undefined);
  world.say(`  ${purpose}: ${rows} rows sealed anew`);
  return shot(`rows of ${purpose} under the old key`, 0, (await content.count()).get(old) ?? 0);
}

interface Retired {
  readonly purpose: KeyPurpose;
  readonly holder: string;
  readonly old: string;
}

async function retire(world: DrillWorld, { purpose, holder, old }: Retired): Promise<Shot> {
  const path = `/purposes/${encodeURIComponent(purpose)}/keys/${encodeURIComponent(old)}/retire`;
  await world.askKeys('POST', path, { reason: 'drill' });
  const keys = keySource(keyStoreClient(world.configOf(holder), { log: silentLog }));
  const given = await keys.give(purpose, {}).finally(() => keys.close());
  const isGiven = given.keys.some(({ id }) => id === old);
  return shot(`${holder} is given the old key of ${purpose}`, 'no', isGiven ? 'yes' : 'no');
}
