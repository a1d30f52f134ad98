import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { platformProcesses } from '../../cli/up/world';
import type { PlatformProcess, World } from '../../cli/up/world';
import { projectRoot } from '../../platform/runtime/paths';
import { changedSources } from '../support/source-changes';
import { compiledFile, transpiled } from '../support/transpiled';
import type { AttackMutation } from './mutation';

/** Writes weakened code below `dist` of this very checkout, which must be a copy; `restore` takes it back. */
export interface Weakening {
  weaken(this: void, mutation: AttackMutation): void;
  restore(this: void): void;
}

/** Opens the compiled code of the copy that this process runs from. */
export function openWeakening(): Weakening {
  const originals = new Map<string, string>();
  return {
    weaken({ changes }) {
      for (const [file, text] of changedSources(changes, projectRoot)) {
        const place = path.join(projectRoot, compiledFile(file));
        originals.set(place, readFileSync(place, 'utf8'));
        writeFileSync(place, transpiled(file, text));
      }
    },
    restore() {
      for (const [place, text] of originals) writeFileSync(place, text);
      originals.clear();
    },
  };
}

const everyProcess: readonly PlatformProcess[] = platformProcesses.map(({ name }) => name);

/** The processes of a mutation. */
export function processesOf(mutation: AttackMutation | undefined): readonly PlatformProcess[] {
  return mutation === undefined ? [] : (mutation.processes ?? everyProcess);
}

/** Starts processes anew from the code that is there now, and waits until they answer. */
export async function restartAll(world: World, names: Iterable<PlatformProcess>): Promise<void> {
  await Promise.all([...new Set(names)].map((name) => world.restart(name, {})));
}
