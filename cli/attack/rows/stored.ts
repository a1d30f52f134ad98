import { metricNames } from '../../../platform/runtime/metric-names';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { openHoards } from '../hoards';
import type { Hoard, Item } from '../hoards';
import { metricOf } from '../metrics';

const opened = '200';
const refused = '500 INTERNAL';
/** How a service answers that nobody there has a key. */
const elsewhere = '503 SERVICE_UNAVAILABLE';

/** A sealed text with a bit of it changed, in every part that it has; and what was never sealed. */
function tampered(
  sealed: string,
  unknown: string,
): Readonly<Record<string, readonly [unknown, string]>> {
  const [version = '', key = '', text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  const withBytes = (changed: Buffer) => `${version}.${key}.${changed.toString('base64url')}`;
  const flipped = (at: number): string => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return withBytes(changed);
  };
  return {
    'another version': [`hf9.${key}.${text}`, refused],
    'the id of a key that is not there': [`${version}.none.${text}`, unknown],
    'a bit of its nonce': [flipped(0), refused],
    'a bit of its content': [flipped(12), refused],
    'a bit of its tag': [flipped(bytes.length - 1), refused],
    'a byte less': [withBytes(bytes.subarray(0, -1)), refused],
    'never sealed': [{ kind: 'product', available: 1_000_000 }, refused],
  };
}

/** Puts a value into a row, asks for it, and puts back what was there. */
async function readWith(item: Item, value: unknown): Promise<string> {
  const kept = await item.kept();
  try {
    await item.put(value);
    return await item.read();
  } finally {
    await item.put(kept);
  }
}

/** What `work` tries, and that each refusal was counted: the alarm rings on the first. */
async function counted(
  target: AttackTarget,
  { service }: Hoard,
  work: () => Promise<readonly Shot[]>,
): Promise<readonly Shot[]> {
  const count = () => metricOf(target, service, metricNames.cryptoFailures);
  const before = await count();
  const shots = await work();
  const refusals = shots.filter(({ expected }) => expected !== opened).length;
  const more = (await count()) - before;
  const each = `${refusals} counted`;
  return [...shots, shot(`${service}, refusals`, each, more >= refusals ? each : `${more}`)];
}

/** Carries the same out on each database, one after the other. */
async function onEach(
  target: AttackTarget,
  tries: (hoard: Hoard, others: readonly Hoard[]) => Promise<readonly Shot[]>,
): Promise<readonly Shot[]> {
  const hoards = await openHoards(target);
  try {
    const shots: Shot[] = [];
    for (const hoard of hoards) {
      const others = hoards.filter((one) => one !== hoard);
      const honest = async (when: string) =>
        shot(`${hoard.store}, untouched, ${when}`, opened, await hoard.items[0].read());
      shots.push(await honest('before'));
      shots.push(...(await counted(target, hoard, () => tries(hoard, others))));
      shots.push(await honest('afterwards'));
    }
    return shots;
  } finally {
    await Promise.all(hoards.map((hoard) => hoard.close()));
  }
}

const changed: Attack = {
  row: 'S25',
  title: 'values in each database changed in a bit, and values that were never sealed',
  source: 'ASVS 11.3.3, 11.2.5',
  beyond:
    'events and step records (test/contract/sealed-stores.test.ts), the auditor’s ledger ' +
    '(test/contract/sealed-ledger.test.ts), the log and the cache ' +
    '(test/unit/event-log/sealed-log.test.ts, test/unit/cache/cache.test.ts)',
  run: (target) =>
    onEach(target, async ({ store, items: [item], unknownKey = elsewhere }) => {
      const shots: Shot[] = [];
      const tries = Object.entries(tampered(await item.kept(), unknownKey));
      for (const [name, [value, expected]] of tries) {
        shots.push(shot(`${store}, ${name}`, expected, await readWith(item, value)));
      }
      return shots;
    }),
};

const moved: Attack = {
  row: 'S26',
  title: 'values in each database moved to another row, or to another service',
  source: 'ASVS 11.3.3, AWS Database Encryption SDK',
  beyond:
    'two members of one row, events and step records (test/contract/sealed-stores.test.ts); whole rows that go ' +
    'together with everything their place is made of',
  run: (target) =>
    onEach(target, async ({ store, items: [one, other], unknownKey = elsewhere }, others) => {
      const [first, second] = [await one.kept(), await other.kept()];
      await one.put(second);
      await other.put(first);
      const swapped = [await one.read(), await other.read()];
      await one.put(first);
      await other.put(second);
      const shots = swapped.map((seen, at) =>
        shot(`${store}, exchanged, ${at + 1}`, refused, seen),
      );
      for (const { service, items } of others) {
        const foreign = await readWith(one, await items[0].kept());
        shots.push(shot(`${store}, a value of ${service}`, unknownKey, foreign));
      }
      return shots;
    }),
};

const older: Attack = {
  row: 'S27',
  title: 'values in each database set back to what they were before',
  source: 'ASVS 11.3.3',
  beyond:
    'a whole row or a whole database that is set back: its parts fit each other, and the auditor, the relay and ' +
    'holdfast rebuild find it in the log',
  run: (target) =>
    onEach(target, async ({ store, items: [item], older: before }) => [
      shot(`${store}, the value before`, refused, await readWith(item, before)),
    ]),
};

/** Attacks on what is kept, by somebody who may write to the databases. */
export const storedAttacks: readonly Attack[] = [changed, moved, older];
