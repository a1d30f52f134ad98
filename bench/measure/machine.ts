import os from 'node:os';

/** What a figure depends on beside the code. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Of the last minute, before anything was started. */
  readonly loadAverage: number;
}

/** Load that other work may have put on the machine before a run; above it figures are noise. */
export const quietLoadMax = 1;

/** The machine as it is now. */
export function readMachine(): Machine {
  const processors = os.cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    loadAverage: os.loadavg()[0] ?? 0,
  };
}

/** A sentence for whoever measures on a machine that has other work; undefined where it is quiet. */
export function loadWarning({ loadAverage }: Pick<Machine, 'loadAverage'>): string | undefined {
  if (loadAverage <= quietLoadMax) return undefined;
  return `the load was ${loadAverage.toFixed(2)} before the start: other work shares the machine, figures are noise`;
}
