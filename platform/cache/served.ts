import { storeLimits } from './store';
import type { Version } from './store';

/** Keys a process remembers at most; those served longest ago are forgotten first. */
export const servedMax = 10_000;

/** What this process has served, so that it never serves anything older. */
export interface Served {
  /** The newest version that was served of a key, for as long as something older could still be about. */
  least(key: string): Version | undefined;
  note(key: string, version: Version): void;
  /** Nothing that the store has of the key is served from here for a while: it could not be told of a change. */
  pass(key: string): void;
  isPassed(key: string): boolean;
}

interface Note {
  readonly version: Version;
  readonly untilMs: number;
}

/** Remembers for as long as the store keeps anything. `now` is milliseconds of any clock. */
export function createServed(now: () => number): Served {
  const notes = new Map<string, Note>();
  const passed = new Map<string, number>();
  const known = (key: string): Note | undefined => {
    const note = notes.get(key);
    return note !== undefined && note.untilMs > now() ? note : undefined;
  };
  return {
    least: (key) => known(key)?.version,
    note(key, version) {
      const before = known(key);
      // Serving the same again proves nothing about what is about, so it is not remembered for longer.
      if (before !== undefined && before.version >= version) return;
      remember(notes, key, { version, untilMs: now() + storeLimits.keptMs });
    },
    pass: (key) => remember(passed, key, now() + storeLimits.keptMs),
    isPassed: (key) => (passed.get(key) ?? 0) > now(),
  };
}

function remember<Kept>(all: Map<string, Kept>, key: string, kept: Kept): void {
  all.delete(key);
  all.set(key, kept);
  const [first] = all.keys();
  if (all.size > servedMax && first !== undefined) all.delete(first);
}
