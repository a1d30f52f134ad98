import type { CpuGroup } from '../measure/cpu';

/** Ways of making the same three rows, in the order they are shown in; the floor comes first. */
export const variants = {
  floor: 'the three transactions alone',
  journal: 'a crash-safe journal, written by hand in the same transactions',
  empty: 'an empty Temporal workflow, on the server settings of Holdfast',
  'bare-regular':
    "Temporal as in its samples, regular activities, the development server's defaults",
  'bare-local': 'the same with local activities',
  'bare-regular-tuned': 'regular activities on the server settings of Holdfast',
  'holdfast-queue':
    'Holdfast, steps over task queues: fence, events, grants, encryption, mutual TLS',
  'holdfast-direct': 'the same, steps straight from the worker of the saga',
  dbos: 'DBOS Transact, a library in the process of the caller, its state in the same database',
  restate: 'Restate, its server and a process with the saga',
} as const;

export type VariantName = keyof typeof variants;

export const variantNames = Object.keys(variants) as readonly VariantName[];

/** Measured at both ends of every round, and what everything is divided by. */
export const floorName = 'floor' satisfies VariantName;

/** How a saga is to end: with three rows, or with its third step refused and the other two undone. */
export const endings = ['success', 'failure'] as const;

export type Ending = (typeof endings)[number];

/** Those that run Holdfast's own processes. */
export const holdfastNames = ['holdfast-queue', 'holdfast-direct'] as const;

export type HoldfastName = (typeof holdfastNames)[number];

/** An empty workflow can only succeed. */
export function endingsOf(variant: VariantName): readonly Ending[] {
  return variant === 'empty' ? ['success'] : endings;
}

/**
 * Whose CPU is told apart. `tls` is the front that a development server needs, `log` is Kafka, `keys` the key store and
 * Consul. The client starts sagas and waits for them: it is told, and in no sum.
 */
export const cpuGroups = [
  ...(['server', 'tls', 'worker', 'participants'] as const),
  ...(['database', 'log', 'keys', 'client'] as const),
] as const;

export type CpuGroupName = (typeof cpuGroups)[number];

export type CpuGroups = Readonly<Partial<Record<CpuGroupName, CpuGroup>>>;

/** What sagas of one cell have left, in the words of whoever keeps it; equal to what is expected, or a problem. */
export type Leftover = Readonly<Record<string, number>>;

/** A variant that is ready to run sagas. */
export interface OpenVariant {
  readonly name: VariantName;
  readonly groups: CpuGroups;
  /** Runs one saga to its end; rejects unless it ended as it should. */
  run(id: string, ending: Ending): Promise<void>;
  /** Counts what the sagas have left whose ids begin with `prefix`. */
  leftover(prefix: string): Promise<Leftover>;
  /** What so many sagas must have left. */
  expected(ending: Ending, sagas: number): Leftover;
}
