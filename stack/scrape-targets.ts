import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownProcesses } from './environment';
import type { OwnProcess } from './environment';

/** One process of ours as Prometheus asks it. */
export interface ScrapeTarget {
  readonly process: OwnProcess;
  /** Tells it from other ones of the same name, such as `payments-2`. */
  readonly instance: string;
  /** Host and port. */
  readonly address: string;
}

/** One of each of our processes, where `addressOf` says that it is. */
export function singleTargets(addressOf: (name: OwnProcess) => string): readonly ScrapeTarget[] {
  return ownProcesses.map((name) => ({ process: name, instance: name, address: addressOf(name) }));
}

/** The file from which Prometheus takes its targets, and takes them anew whenever it changes. */
export function targetsText(targets: readonly ScrapeTarget[]): string {
  const entries = targets.map(({ address, process, instance }) => {
    return { targets: [address], labels: { process, instance } };
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** Where the embedded stack has it. */
export const targetsFile = (stateDir: string): string =>
  path.join(stateDir, 'prometheus', 'targets.json');

/** Writes it at once and whole: a reader never finds half of it. */
export function writeTargets(stateDir: string, targets: readonly ScrapeTarget[]): void {
  const file = targetsFile(stateDir);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, targetsText(targets));
  renameSync(`${file}.new`, file);
}
