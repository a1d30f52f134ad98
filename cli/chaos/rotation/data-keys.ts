import { silentLog } from '../../../platform/runtime/log';
import { keySource, keyStoreClient } from '../../../platform/security/keys/client';
import { shot } from '../../attack/attack';
import type { Shot } from '../../attack/attack';
import type { Body } from '../../keys/ask';
import { contentOf } from '../../keys/uses';
import { until } from '../../up/api-client';
import type { DrillWorld, Turn } from './world';

/** Processes ask for keys, and report what they sealed, every minute. */
const usedWithinMs = 200_000;

/** What every order seals with. */
const isBusy = (purpose: string): boolean => /^(store|events)\./.test(purpose);

const participants = ['orders', 'payments', 'inventory'] as const;

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

/** A new key for every purpose that has one; in the services' databases nothing stays under the old ones. */
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
    for (const name of participants) {
      const old = before.find(({ purpose }) => purpose === `store.${name}`);
      if (old !== undefined) shots.push(...(await leave(world, name, old.id)));
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

/** Seals a database anew beside its service, and retires the key it was sealed with. */
async function leave(world: DrillWorld, name: string, old: string): Promise<readonly Shot[]> {
  const { askKeys, configOf, reach, say } = world;
  const purpose = `store.${name}`;
  const content = contentOf(purpose, reach.stateDir);
  if (content === undefined) throw new Error(`nobody counts the rows of ${purpose}`);
  const rows = await content.reseal(() => undefined);
  say(`  ${purpose}: ${rows} rows sealed anew`);
  const left = (await content.count()).get(old) ?? 0;
  const shots = [shot(`rows of ${name} under the old key`, 0, left)];
  if (left > 0) return shots;
  const retire = `/purposes/${encodeURIComponent(purpose)}/keys/${encodeURIComponent(old)}/retire`;
  await askKeys('POST', retire, { reason: 'drill' });
  const keys = keySource(keyStoreClient(configOf(name), { log: silentLog }));
  const given = await keys.give(purpose as `store.${string}`, {}).finally(() => keys.close());
  const isGiven = given.keys.some(({ id }) => id === old);
  return [...shots, shot(`${name} is given the old key`, 'no', isGiven ? 'yes' : 'no')];
}
