import { aborted } from '../../stack';
import { tickMs } from '../measure/cpu';
import { readMachine } from '../measure/machine';
import { relayHistory } from '../relay/relaying';
import type { RelayTelling } from '../relay/run';
import { circumstances } from '../report/table';
import { told } from '../report/write';
import { measureProjection, projectHistory } from './measure';
import type { ProjectionSample } from './measure';
import type { ProjectionOptions } from './options';
import { asProjectionTable } from './report';
import { openProjectionWorld } from './world';
import type { ProjectionWorld } from './world';

/** Measures in rounds, and writes what was asked for. */
export async function runProjections(
  options: ProjectionOptions,
  telling: RelayTelling,
): Promise<string> {
  const machine = readMachine();
  const { signal, onProgress } = telling;
  const world = await openProjectionWorld({ signal, onProgress });
  try {
    const samples = await Promise.race([rounds(world, options, telling), aborted(signal)]);
    const about = { machine, rounds: options.rounds, seconds: options.seconds };
    const { events, perRow, history } = options;
    const more = `History: ${history} events, and ${events} a round, ${perRow} to a row.`;
    const table = `## Projection\n\n${circumstances(about)}\n${more}\n\n${asProjectionTable(samples)}`;
    const report = { scenario: 'projection', ...about, events, perRow, history, samples };
    return told(options, { table, report });
  } finally {
    await world.stop();
  }
}

async function rounds(
  world: ProjectionWorld,
  options: ProjectionOptions,
  { say, signal }: RelayTelling,
): Promise<readonly ProjectionSample[]> {
  const before = { events: options.history, perRow: options.perRow };
  await projectHistory(world, await relayHistory(world.relayed, before, signal), signal);
  const samples: ProjectionSample[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const task = { ...options, world, round, tickMs: tickMs(), signal };
    const sample = await measureProjection(task);
    samples.push(sample);
    const { caughtUpPerSecond, commitsPerSecond, row, rebuiltPerSecond } = sample;
    say(
      `✓ ${round}: ${caughtUpPerSecond.toFixed(0)} events/s caught up; at ${commitsPerSecond.toFixed(0)} commits/s ` +
        `${row.p50Ms.toFixed(1)} ms to the row, p99 ${row.p99Ms.toFixed(1)} ms; ${rebuiltPerSecond} events/s rebuilt`,
    );
  }
  return samples;
}
