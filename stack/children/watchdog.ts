import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, signalGroup, startMark } from './process-identity';

/** Time the orphans get to end by themselves before they are killed. */
const graceMs = 5_000;

const wards = new Map<number, string | undefined>();

/** Still the very process we were told about, and not a stranger under a pid that was used again. */
function isOurs([pid, mark]: [number, string | undefined]): boolean {
  return isAlive(pid) && startMark(pid) === mark;
}

async function endAll(): Promise<void> {
  const orphans = [...wards].filter(isOurs);
  for (const [pid] of orphans) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (orphans.some(isOurs) && Date.now() < deadline) await delay(100);
  for (const ward of orphans.filter(isOurs)) signalGroup(ward[0], 'SIGKILL');
}

/**
 * Lives exactly as long as the pipe from its parent, and ends the parent's children when it closes. A pipe is
 * the one thing that closes however the parent dies, kill -9 included; so signals do not end the watchdog.
 */
function main(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => undefined);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const [verb, pid = ''] = line.split(' ');
    if (verb === 'add') wards.set(Number(pid), startMark(Number(pid)));
    if (verb === 'remove') wards.delete(Number(pid));
  });
  lines.on('close', () => void endAll().then(() => process.exit(0)));
}

main();
