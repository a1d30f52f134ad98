import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place in which a promise could be lost, `<part>.<what has happened and what has not>`. */
export type CrashPointName = `${string}.${string}`;

interface ArmedPoint {
  readonly hit: number;
  readonly markerFile: string | undefined;
  hits: number;
}

let armed = new Map<string, ArmedPoint>();

/** Thrown at start for a specification that cannot be read: a chaos run must not silently test nothing. */
export class CrashPointError extends Error {
  readonly code = 'CRASH_POINTS_INVALID';
}

/**
 * Arms crash points for this process. `spec` is a comma-separated list of `name[:label]=hit`, for example
 * `participant.committed-not-answered:payments.capture=1`: die at the first hit of that point with that label. A point
 * without a label counts every hit. With `markerDir` each entry fires once across restarts; an empty spec disarms.
 */
export function armCrashPoints(spec: string, markerDir = ''): void {
  const entries = spec.split(',').filter(Boolean);
  armed = new Map(entries.map((entry) => parseEntry(entry, markerDir)));
}

function parseEntry(entry: string, markerDir: string): [string, ArmedPoint] {
  const match = /^([a-z-]+\.[a-z-]+(?::[A-Za-z0-9._-]+)?)=([1-9]\d{0,5})$/.exec(entry);
  if (match === null) throw new CrashPointError(`cannot read the crash point "${entry}"`);
  const [, key = '', hit = ''] = match;
  const markerFile =
    markerDir === '' ? undefined : join(markerDir, `${key.replace(':', '_')}.fired`);
  return [key, { hit: Number(hit), markerFile, hits: 0 }];
}

/**
 * Kills this process with SIGKILL when the point is armed and its turn has come; otherwise does nothing. No handler,
 * no `finally` and no flush runs: what is true afterwards is what was true on disk.
 */
export async function crashPoint(name: CrashPointName, label = ''): Promise<void> {
  if (armed.size === 0) return;
  for (const key of [name, `${name}:${label}`]) {
    const point = armed.get(key);
    if (point === undefined || !isDue(point)) continue;
    if (point.markerFile !== undefined) writeFileSync(point.markerFile, new Date().toISOString());
    process.kill(process.pid, 'SIGKILL');
    await new Promise<never>(() => undefined);
  }
}

function isDue(point: ArmedPoint): boolean {
  point.hits += 1;
  if (point.hits !== point.hit) return false;
  return point.markerFile === undefined || !existsSync(point.markerFile);
}
