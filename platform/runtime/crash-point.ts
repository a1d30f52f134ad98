import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A place in which a promise could be lost, `<part>.<what has happened and what has not>`. */
export type CrashPointName = `${string}.${string}`;

interface ArmedPoint {
  readonly hit: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
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
 * without a label counts every hit. An entry that ends with `/stop` stops the process instead, with everything it
 * holds, until somebody sends it SIGCONT. With `markerDir` each entry fires once across restarts; an empty spec
 * disarms.
 */
export function armCrashPoints(spec: string, markerDir = ''): void {
  const entries = spec.split(',').filter(Boolean);
  armed = new Map(entries.map((entry) => parseEntry(entry, markerDir)));
}

function parseEntry(entry: string, markerDir: string): [string, ArmedPoint] {
  const match = /^([a-z-]+\.[a-z-]+(?::[A-Za-z0-9._-]+)?)=([1-9]\d{0,5})(\/stop)?$/.exec(entry);
  if (match === null) throw new CrashPointError(`cannot read the crash point "${entry}"`);
  const [, key = '', hit = '', stop] = match;
  const markerFile =
    markerDir === '' ? undefined : join(markerDir, `${key.replace(':', '_')}.fired`);
  const signal = stop === undefined ? 'SIGKILL' : 'SIGSTOP';
  return [key, { hit: Number(hit), signal, markerFile, hits: 0 }];
}

/**
 * Kills or stops this process when the point is armed and its turn has come; otherwise does nothing. No handler, no
 * `finally` and no flush runs: what is true afterwards is what was true on disk. A process that was stopped says so on
 * standard output, and again when it goes on.
 */
export async function crashPoint(name: CrashPointName, label = ''): Promise<void> {
  if (armed.size === 0) return;
  for (const key of [name, `${name}:${label}`]) {
    const point = armed.get(key);
    if (point === undefined || !isDue(point)) continue;
    if (point.markerFile !== undefined) writeFileSync(point.markerFile, new Date().toISOString());
    if (point.signal === 'SIGSTOP') stopHere(key);
    else await dieHere();
  }
}

async function dieHere(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => undefined);
}

/** Returns when the process goes on. Nothing is awaited: whatever follows comes before any timer that is overdue. */
function stopHere(point: string): void {
  const stoppedMs = performance.now();
  tell(`stopped at ${point}`);
  process.kill(process.pid, 'SIGSTOP');
  tell(`goes on behind ${point}`, { delayMs: Math.round(performance.now() - stoppedMs) });
}

/** A line in the form of the log's, written before the next instruction. */
function tell(msg: string, data: object = {}): void {
  const line = { level: 'warn', time: new Date().toISOString(), ...data, msg };
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function isDue(point: ArmedPoint): boolean {
  point.hits += 1;
  if (point.hits !== point.hit) return false;
  return point.markerFile === undefined || !existsSync(point.markerFile);
}
