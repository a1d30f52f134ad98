import { newest, storeLimits, versionOf } from '../../platform/cache/store';
import type { CacheStore, Version } from '../../platform/cache/store';

/** A store that tests have for themselves. */
export interface OpenStore {
  readonly store: CacheStore;
  /** Lets that much time pass for the store. */
  pass(ms: number): Promise<void>;
  /** Loses everything. */
  flush(): Promise<void>;
}

const [one, two, three] = [1, 2, 3].map((count) => versionOf(0, count)) as [
  Version,
  Version,
  Version,
];

/** What every store of the cache must do; `open` gives the same store to all tests, each has a key of its own. */
export function cacheStoreContract(name: string, open: () => OpenStore): void {
  let key = '';
  let keys = 0;
  const at = (): CacheStore => open().store;
  const put = async (
    version: Version,
    told: { born: string; token?: string; missing?: boolean },
  ) => {
    const { born, token = 'nobody', missing: isMissing = false } = told;
    return at().put(key, { born, version, text: `text of ${version}`, token, isMissing });
  };
  const holds = (version: Version) => ({ version, text: `text of ${version}` });

  describe(name, () => {
    beforeEach(() => {
      keys += 1;
      key = `suite:${process.pid}:${keys}`;
    });

    test('holds what was put in the life that its load began in', async () => {
      expect(await at().look(key)).toEqual({});
      const { born, hasLock } = await at().begin(key, 'a');
      expect([born, hasLock]).toEqual(['a', true]);
      expect(await put(two, { born, token: 'a' })).toBe('stored');
      expect(await at().look(key)).toEqual({ born: 'a', ...holds(two) });
    });

    test('takes nothing older than what it has, and the same again', async () => {
      const { born } = await at().begin(key, 'a');
      await put(two, { born });
      expect(await put(one, { born })).toBe('older');
      expect(await put(two, { born })).toBe('stored');
      expect(await put(three, { born })).toBe('stored');
      expect(await at().look(key)).toMatchObject(holds(three));
    });

    test('takes what counts little in a later build of a read model', async () => {
      const { born } = await at().begin(key, 'a');
      await put(versionOf(7, 99), { born });
      expect(await put(versionOf(10, 1), { born })).toBe('stored');
      expect(await put(versionOf(7, 100), { born })).toBe('older');
    });

    test('gives up what is older than it is told of, and takes nothing older any more', async () => {
      const { born } = await at().begin(key, 'a');
      await put(one, { born });
      expect(await at().raise(key, two)).toBe('raised');
      expect(await at().look(key)).toEqual({ born, floor: two });
      expect(await put(one, { born })).toBe('older');
      expect(await put(two, { born })).toBe('stored');
    });

    test('a change told late takes nothing away', async () => {
      const { born } = await at().begin(key, 'a');
      await put(three, { born });
      expect(await at().raise(key, two)).toBe('raised');
      expect(await at().raise(key, one)).toBe('late');
      expect(await at().look(key)).toEqual({ born, floor: two, ...holds(three) });
    });

    test('remembers no change of what nobody reads', async () => {
      expect(await at().raise(key, two)).toBe('unread');
      expect(await at().look(key)).toEqual({});
    });

    test('gives the right to load to one at a time, and to the next when it is given back or has run out', async () => {
      const { born, hasLock } = await at().begin(key, 'a');
      const again = async (token: string) => (await at().begin(key, token)).hasLock;
      expect([hasLock, await again('b')]).toEqual([true, false]);
      await at().release(key, 'b');
      expect(await again('b')).toBe(false);
      await at().release(key, 'a');
      expect(await again('b')).toBe(true);
      await put(one, { born, token: 'b' });
      expect(await again('c')).toBe(true);
      await open().pass(storeLimits.lockMs + 50);
      expect(await again('d')).toBe(true);
    });

    test('takes nothing whose load began before everything was forgotten', async () => {
      const { born } = await at().begin(key, 'a');
      await open().flush();
      expect(await put(two, { born })).toBe('gone');
      const { born: reborn } = await at().begin(key, 'b');
      expect([reborn, await put(two, { born })]).toEqual(['b', 'gone']);
      expect(await put(one, { born: reborn })).toBe('stored');
    });

    test('holds neither what was there nor what was on its way once a change is expected', async () => {
      const { born } = await at().begin(key, 'a');
      await put(two, { born });
      await at().expect(key, 'b');
      expect(await at().look(key)).toEqual({ born: 'b', floor: two });
      expect(await put(two, { born })).toBe('gone');
      expect(await put(one, { born: 'b' })).toBe('older');
      expect(await put(two, { born: 'b' })).toBe('stored');
    });

    test('does not hold that there is nothing while something is expected', async () => {
      await at().expect(key, 'a');
      expect(await put(versionOf(0, 0), { born: 'a', missing: true })).toBe('expected');
      expect(await put(one, { born: 'a' })).toBe('stored');
      expect(await at().look(key)).toMatchObject(holds(newest(one)));
    });
  });
}
