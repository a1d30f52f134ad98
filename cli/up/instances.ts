import { serviceNames } from '../../activities/list';
import { CommandError } from '../command-error';
import { platformProcesses } from './processes';
import type { PlatformProcess } from './processes';

/**
 * One of our processes, or a further one of the same: `payments`, `payments-2`. They are the same program under the
 * same identity, each with a log, a port and a registration of its own.
 */
export type InstanceName = PlatformProcess | `${PlatformProcess}-${number}`;

/** Most of one process: a stack's block of ports has room for so many of each. */
export const instancesMax = 4;

/**
 * Those of which there may be more than one. The key store is alone with its file of deletions, and a second auditor
 * would write the same report.
 */
export const repeatable = [
  ...(['gateway', 'orchestrator'] as const),
  ...serviceNames,
  'projector',
] as const satisfies readonly PlatformProcess[];

/** How many of each process; one where nothing is said. */
export type InstanceCounts = Partial<Readonly<Record<PlatformProcess, number>>>;

/** The name of the `number`th one, counted from 1. */
export function instanceName(process: PlatformProcess, number: number): InstanceName {
  return number === 1 ? process : `${process}-${number}`;
}

/** Which process an instance is one of; undefined for what is none of ours, such as a server. */
export function processOf(name: string): PlatformProcess | undefined {
  const [, process, number] = /^([a-z]+)(?:-(\d+))?$/.exec(name) ?? [];
  const found = platformProcesses.find((one) => one.name === process)?.name;
  if (number === undefined) return found;
  const isFurther = Number(number) > 1 && Number(number) <= instancesMax;
  return isFurther && repeatable.some((one) => one === found) ? found : undefined;
}

/** Tells one of our processes, or a further one of the same, from a server. */
export function isInstance(name: string): name is InstanceName {
  return processOf(name) !== undefined;
}

/** Every instance that these counts ask for, in the order of the table of processes. */
export function instancesOf(counts: InstanceCounts): readonly InstanceName[] {
  return platformProcesses.flatMap(({ name }) =>
    Array.from({ length: counts[name] ?? 1 }, (_, index) => instanceName(name, index + 1)),
  );
}

/**
 * Parser of `--instances`: `payments=3,gateway=2`, also given several times; a later number of a process wins. Throws
 * INSTANCES_INVALID, which names what is wrong and what would be right.
 */
export function parseInstances(text: string, before: InstanceCounts = {}): InstanceCounts {
  return text.split(',').reduce((counts, pair) => ({ ...counts, ...parsePair(pair) }), before);
}

function parsePair(pair: string): InstanceCounts {
  const [name = '', number = '', ...more] = pair.trim().split('=');
  const process = repeatable.find((one) => one === name);
  if (process === undefined) throw invalid(pair, nameProblem(name));
  const count = Number(number);
  const isCount = more.length === 0 && /^\d$/.test(number) && count >= 1 && count <= instancesMax;
  if (!isCount) throw invalid(pair, `there can be 1 to ${instancesMax} of ${name}`);
  return { [process]: count };
}

function nameProblem(name: string): string {
  const isOurs = platformProcesses.some((one) => one.name === name);
  return isOurs ? `there is one ${name} only` : `"${name}" is no process of ours`;
}

/** Wrong usage: exit code 2. */
function invalid(pair: string, cause: string): Error {
  const told = {
    code: 'INSTANCES_INVALID',
    cause: `--instances ${pair}: ${cause}`,
    fix: `name processes and numbers, as in payments=3,gateway=2; there may be more than one of ${repeatable.join(', ')}`,
  };
  return Object.assign(new CommandError(told), { exitCode: 2 });
}
