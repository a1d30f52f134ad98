import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { noteStopping, ownerOf, processesOf } from '../../stack/running';
import { CommandError } from '../command-error';
import { linePrinter } from '../line-printer';

const help = `
Asks the process that runs the stack to stop, as Ctrl-C does there, and waits until its state folder is free. State
stays: the next start goes on where this one ended.

Exit codes: 0 stopped, or nothing was running, 1 it has not stopped in time, 2 wrong usage.

Examples:
  holdfast down
  holdfast down --state /var/lib/holdfast --json
`;

/** Servers are stopped one after the other, and Kafka takes its time. Milliseconds. */
const patience = { everyMs: 100, ms: 120_000 } as const;

interface DownOptions {
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast down`: ends the stack of a state folder, wherever it was started. */
export function downCommand(): Command {
  return new Command('down')
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'print what was stopped as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(down);
}

async function down({ state, json }: DownOptions): Promise<void> {
  const pid = ownerOf(state);
  if (pid !== undefined) {
    if (noteStopping(state)) interrupt(pid);
    await untilFree(state, pid);
  }
  const said = pid === undefined ? `nothing runs in ${state}` : `stopped, process ${pid}`;
  process.stdout.write(json ? `${JSON.stringify({ stopped: pid ?? null })}\n` : `${said}\n`);
}

/** It may have come to its end by itself in this moment. */
function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Until neither it nor any of its servers is there. */
async function untilFree(state: string, pid: number): Promise<void> {
  const line = linePrinter(process.stderr);
  const beganMs = performance.now();
  while (ownerOf(state) === pid || processesOf(state).size > 0) {
    const passedMs = performance.now() - beganMs;
    if (passedMs > patience.ms) throw tooLong(state, pid);
    line.show(`stopping, ${Math.round(passedMs / 1_000)} s`);
    await delay(patience.everyMs);
  }
  line.done();
}

const tooLong = (state: string, pid: number): CommandError =>
  new CommandError({
    code: 'STOP_TIMED_OUT',
    cause: `process ${pid} still runs the stack in ${state} after ${patience.ms / 1_000} s`,
    fix: 'see what it waits for with holdfast logs, or end it with kill -9: the next start ends what it leaves behind',
  });
