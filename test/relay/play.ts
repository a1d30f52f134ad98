import { isDeepStrictEqual } from 'node:util';
import { control } from '../support/world';
import { openLogWorld } from '../support/log-world';
import { openRelayBench } from './bench';
import type { RelayBench } from './bench';
import type { Cell, StoreName } from './cells';
import { boxProjection, judgeRun } from './judge';
import type { Judgement } from './judge';

/** One cell on one store. */
export interface CellResult extends Judgement {
  readonly cell: string;
  readonly store: StoreName;
  readonly seconds: number;
}

export interface PlayOptions {
  readonly stores: readonly StoreName[];
  readonly seed: number;
  /** Commands of the workload, each an event in one to three aggregates. */
  readonly commands: number;
  /** Rows of the undisturbed run; the first cell gives them. */
  readonly calm: Map<StoreName, Judgement['rows']>;
}

/** Plays a cell on all its stores at once, in a world of its own, and judges each. */
export async function playCell(cell: Cell, options: PlayOptions): Promise<readonly CellResult[]> {
  const stores = options.stores.filter((store) => cell.store === undefined || cell.store === store);
  const world = await openLogWorld();
  const benches: RelayBench[] = [];
  try {
    for (const store of stores) benches.push(await openRelayBench(store, world, options.seed));
    const readModels = world.openStore();
    await readModels.migrate(benches.map(({ service }) => boxProjection(service)));
    const [seconds] = await Promise.all([
      Promise.all(benches.map((bench) => timed(() => playOn(bench, cell, options.commands)))),
      ...(cell.broker === undefined ? [] : [breakBroker(cell.broker)]),
    ]);
    const results: CellResult[] = [];
    for (const [index, bench] of benches.entries()) {
      const judged = await judgeRun(bench);
      const problems = [
        ...judged.problems,
        ...compared(bench.name, judged, options.calm),
        ...(cell.leavesRepeats && judged.repeats === 0 ? ['nothing was hit: no repeat'] : []),
      ];
      const told = { cell: cell.name, store: bench.name, seconds: seconds[index] ?? 0 };
      results.push({ ...judged, problems, ...told });
    }
    return results;
  } finally {
    await Promise.all(benches.map((bench) => bench.close()));
    await world.close();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begunMs = performance.now();
  await work();
  return (performance.now() - begunMs) / 1_000;
}

function compared(store: StoreName, { rows }: Judgement, calm: PlayOptions['calm']): string[] {
  const expected = calm.get(store);
  if (expected === undefined) calm.set(store, rows);
  const isEqual = expected === undefined || isDeepStrictEqual(rows, expected);
  return isEqual ? [] : ['the read model is not that of an undisturbed run'];
}

/** Half of the work waits for the relay, a quarter is written while it is hit, and the rest afterwards. */
function playOn(bench: RelayBench, cell: Cell, commands: number): Promise<void> {
  const part = Math.ceil(commands / 4);
  const parts = [2 * part, part, commands - 3 * part] as const;
  if (cell.kind === 'kill') return killed(bench, cell, parts);
  if (cell.kind === 'stop') return stopped(bench, cell, parts);
  return throughout(bench, cell, parts);
}

type Parts = readonly [number, number, number];

async function throughout(bench: RelayBench, { kind }: Cell, parts: Parts): Promise<void> {
  await bench.write(parts[0]);
  const relay = bench.startRelay();
  await relay.said('the relay is at work');
  const pauses = kind === 'broker' ? parts[1] : 0;
  for (let done = 0; done < pauses; done += 1) {
    await bench.write(1);
    await new Promise((resolve) => setTimeout(resolve, brokerMs / pauses));
  }
  await bench.write(parts[1] - pauses + parts[2]);
  await bench.drained();
  await relay.stop();
}

async function killed(bench: RelayBench, { point, hit = 1 }: Cell, parts: Parts): Promise<void> {
  await bench.write(parts[0]);
  const first = bench.startRelay(`${point}=${hit}`);
  await bench.write(parts[1]);
  await first.killed();
  const second = bench.startRelay();
  await bench.write(parts[2]);
  await bench.drained();
  await second.stop();
}

/** The first relay sleeps until the second has sent everything, and then goes on where it was. */
async function stopped(bench: RelayBench, { point, hit = 1 }: Cell, parts: Parts): Promise<void> {
  await bench.write(parts[0]);
  const first = bench.startRelay(`${point}=${hit}/stop`);
  const isStopped = (): boolean => first.hasSaid(`stopped at ${point}`);
  let left = parts[1];
  await bench.drained(isStopped);
  for (; left > 0 && !isStopped(); left -= 1) {
    await bench.write(1);
    await bench.drained(isStopped);
  }
  await first.said(`stopped at ${point}`);
  const second = bench.startRelay();
  await bench.write(left);
  await bench.drained();
  first.signal('SIGCONT');
  await first.said(`goes on behind ${point}`);
  await bench.write(parts[2]);
  await bench.drained();
  await Promise.all([first.stop(), second.stop()]);
}

/** How long the broker is tormented; the services write all the while. */
const brokerMs = 15_000;
const suspendedMs = 12_000;

async function breakBroker(how: NonNullable<Cell['broker']>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  if (how === 'suspended') {
    await control('signal', 'kafka', 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, suspendedMs));
    await control('signal', 'kafka', 'SIGCONT');
    return;
  }
  if (how === 'killed') await control('signal', 'kafka', 'SIGKILL');
  await control('stop', 'kafka');
  await control('start', 'kafka');
}
