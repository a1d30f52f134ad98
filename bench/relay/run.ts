import { aborted } from '../../stack';
import type { StackOptions } from '../../stack';
import { tickMs } from '../measure/cpu';
import { readMachine } from '../measure/machine';
import { circumstances } from '../report/table';
import { told } from '../report/write';
import { measureRelay } from './measure';
import type { RelaySample } from './measure';
import { relayHistory } from './relaying';
import type { RelayOptions } from './options';
import { asRelayTable } from './report';
import { openRelayWorld } from './world';
import type { RelayWorld } from './world';

/** Says what becomes of it, on the way. */
export interface RelayTelling {
  readonly say: (text: string) => void;
  readonly onProgress: NonNullable<StackOptions['onProgress']>;
  readonly signal: AbortSignal;
}

/** Measures every store in every round, one after the other, and writes what was asked for. */
export async function runRelays(options: RelayOptions, telling: RelayTelling): Promise<string> {
  const machine = readMachine();
  const { signal, onProgress } = telling;
  const world = await openRelayWorld(options.stores, { signal, onProgress });
  try {
    for (const [store, relay] of world.relays) {
      await relayHistory({ ...relay, store }, { events: options.history, perRow: 1 }, signal);
    }
    const samples = await Promise.race([rounds(world, options, telling), aborted(signal)]);
    const about = { machine, rounds: options.rounds, seconds: options.seconds };
    const table = `## Relay\n\n${circumstances(about)}\nHistory: ${options.history} events.\n\n${asRelayTable(samples)}`;
    const report = {
      scenario: 'relay',
      ...about,
      events: options.events,
      history: options.history,
      samples,
    };
    return told(options, { table, report });
  } finally {
    await world.stop();
  }
}

async function rounds(
  world: RelayWorld,
  { rounds: count, events, ratePerSecond, seconds }: RelayOptions,
  { say, signal }: RelayTelling,
): Promise<readonly RelaySample[]> {
  const samples: RelaySample[] = [];
  for (let round = 1; round <= count; round += 1) {
    for (const [store, relay] of world.relays) {
      const task = { ...relay, store, round, events, ratePerSecond, seconds, signal };
      const sample = await measureRelay({ ...task, tickMs: tickMs() });
      samples.push(sample);
      const { drainedPerSecond, commitsPerSecond, ackP50Ms, ackP99Ms } = sample;
      say(
        `✓ ${round}: ${store}: ${drainedPerSecond.toFixed(0)} events/s drained; at ${commitsPerSecond.toFixed(0)} commits/s ` +
          `${ackP50Ms.toFixed(1)} ms to the ack, p99 ${ackP99Ms.toFixed(1)} ms`,
      );
    }
  }
  return samples;
}
