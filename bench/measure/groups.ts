import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Stack } from '../../stack';
import type { CpuGroup } from './cpu';

/** The processes of these names in the stack, by group, and this process as `client`. */
export function groupsOf<Name extends string>(
  stack: Pick<Stack, 'stateDir'>,
  named: Readonly<Partial<Record<Name, readonly string[]>>>,
): Readonly<Partial<Record<Name | 'client', CpuGroup>>> {
  const pidOf = (name: string): number => {
    const file = path.join(stack.stateDir, 'pids', `${name}.json`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  };
  const groups = Object.entries<readonly string[] | undefined>(named).map(
    ([group, names = []]) => [group, { roots: names.map(pidOf) }] as const,
  );
  return { ...Object.fromEntries(groups), client: { alone: [process.pid] } } as Readonly<
    Partial<Record<Name | 'client', CpuGroup>>
  >;
}
