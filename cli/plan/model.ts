import type { StepRoute } from '../../platform/saga/wire';
import { measured, parts } from './measured';
import type { Part } from './measured';

/** What is to be carried. */
export interface Load {
  /** Sagas that begin in a second, at the busiest time that counts. */
  readonly sagasPerSecond: number;
  /** Steps of a saga. */
  readonly steps: number;
  readonly way: StepRoute;
  /** Of a hundred sagas, those that are undone. */
  readonly compensatedPercent: number;
}

/** What one part needs. */
export interface Need {
  readonly part: Part;
  readonly cpuMsPerSaga: number;
  /** Cores, with room to breathe. */
  readonly cores: number;
  /** Processes of ours; left out for servers. */
  readonly processes?: number;
}

export interface Plan {
  readonly needs: readonly Need[];
  readonly eventsPerSecond: number;
  readonly eventsPerDay: number;
  readonly assumptions: readonly string[];
}

/** How the measured figures are used beyond what was measured. */
export const planAssumptions = {
  /** Of each core that is planned, so much is used at that load. */
  utilization: 0.6,
  /** A message to the journal at the beginning and at the end of a saga. */
  journalRecords: 2,
  /** Cores that one process can use: JavaScript runs in one thread, an orchestrator has one for workflows beside it. */
  coresPerProcess: { orchestrator: 1.5, services: 1 },
  /** None of ours is alone. */
  processesMin: 2,
} as const;

const { utilization, journalRecords, coresPerProcess, processesMin } = planAssumptions;

/** Messages of a saga: each step, its record in the journal, and for those that are undone each step back. */
function messagesOf({ steps, compensatedPercent }: Load): number {
  return steps * (1 + compensatedPercent / 100) + journalRecords;
}

function needOf(part: Part, load: Load): Need {
  const share = messagesOf(load) / (measured.steps + journalRecords);
  const cpuMsPerSaga = measured.cpuMs[load.way][part] * share;
  const cores = (load.sagasPerSecond * cpuMsPerSaga) / 1_000 / utilization;
  const { [part]: limit }: Partial<Record<Part, number>> = coresPerProcess;
  const processes =
    limit === undefined ? {} : { processes: Math.max(processesMin, Math.ceil(cores / limit)) };
  return { part, cpuMsPerSaga, cores, ...processes };
}

/** What a load needs, in proportion to what was measured. */
export function planOf(load: Load): Plan {
  const eventsPerSecond = load.sagasPerSecond * messagesOf(load);
  return {
    needs: parts.map((part) => needOf(part, load)),
    eventsPerSecond,
    eventsPerDay: eventsPerSecond * 86_400,
    assumptions: [
      `measured: ${measured.when}; a saga of ${measured.steps} steps that ends well, on PostgreSQL`,
      'CPU grows with the number of messages: steps, steps back, and two records in the journal',
      `a core that is planned is used to ${utilization * 100} %`,
      'each message is one event; further events of your services come on top',
      'processes of "services" are for all services together; each service is there at least twice',
      'not in it: the gateway, read models of your own, waits of sagas, disks and networks',
    ],
  };
}
