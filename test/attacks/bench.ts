import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { platformProcesses } from '../../cli/up/world';
import type { PlatformProcess, World } from '../../cli/up/world';
import { projectRoot } from '../../platform/runtime/paths';
import { openWorkshop } from '../guards/workshop';
import type { Workshop } from '../guards/workshop';
import { changedSources } from '../support/source-changes';
import type { AttackMutation } from './mutation';

/** A workshop with the compiled code beside the sources: what is started from it can be weakened. */
export function openBench(): Workshop {
  const workshop = openWorkshop();
  const into = path.join(workshop.folder, 'dist');
  cpSync(path.join(projectRoot, 'dist'), into, { recursive: true });
  return workshop;
}

function compilerOptions(): ts.CompilerOptions {
  const file = path.join(projectRoot, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => readFileSync(name, 'utf8')) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, projectRoot).options;
}

/** JavaScript of one changed source, as the compiler of the whole would write it. */
function compiled(file: string, text: string, options: ts.CompilerOptions): string {
  return ts.transpileModule(text, {
    fileName: path.join(projectRoot, file),
    compilerOptions: { ...options, sourceMap: false },
  }).outputText;
}

/** Writes weakened code below `dist` of this very checkout, which must be a copy; `restore` takes it back. */
export interface Weakening {
  weaken(this: void, mutation: AttackMutation): void;
  restore(this: void): void;
}

/** Opens the compiled code of the copy that this process runs from. */
export function openWeakening(): Weakening {
  const options = compilerOptions();
  const originals = new Map<string, string>();
  return {
    weaken({ changes }) {
      for (const [file, text] of changedSources(changes, projectRoot)) {
        const place = path.join(projectRoot, 'dist', file.replace(/\.ts$/, '.js'));
        originals.set(place, readFileSync(place, 'utf8'));
        writeFileSync(place, compiled(file, text, options));
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
