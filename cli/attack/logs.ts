import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { platformProcesses } from '../up/processes';

/** What our processes wrote into their logs since a moment. */
export interface NewLines {
  /** All new lines of all of ours, as soon as `name` has written one. Rejects where it writes none in 10 s. */
  untilSome(name: string): Promise<readonly string[]>;
}

const waitMsMax = 10_000;

/** Remembers where the logs of a stack end now. */
export function logsSince(stateDir: string): NewLines {
  const fileOf = (name: string): string => path.join(stateDir, 'logs', `${name}.log`);
  const names = platformProcesses.map(({ name }) => name as string);
  const sizeOf = (name: string): number =>
    existsSync(fileOf(name)) ? statSync(fileOf(name)).size : 0;
  const before = new Map(names.map((name) => [name, sizeOf(name)]));
  const newIn = (name: string): readonly string[] => {
    if (!existsSync(fileOf(name))) return [];
    const text = readFileSync(fileOf(name)).subarray(before.get(name)).toString('utf8');
    // What stands behind the last end of a line is still being written.
    return text.split('\n').slice(0, -1).filter(Boolean);
  };
  return {
    async untilSome(name) {
      for (let waitedMs = 0; newIn(name).length === 0; waitedMs += 100) {
        if (waitedMs > waitMsMax) throw new Error(`${name} wrote nothing into its log`);
        await delay(100);
      }
      return names.flatMap(newIn);
    },
  };
}
