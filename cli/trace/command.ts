import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { tracesFolderOf } from '../up/world';
import { drawTraces } from './draw';
import { findTraces } from './read';

const help = `
Reads the files that processes write their spans to, and asks nobody: the stack need not run.

Exit codes: 0 found, 1 there are no trace files, 2 wrong usage, 3 nothing of it was written.

Examples:
  holdfast trace place-order:5f1c…
  holdfast trace place-order:5f1c… --json | jq -r .name
  holdfast trace 0af7651916cd43dd8448eb211c80319c --traces /var/lib/holdfast/traces
`;

interface TraceOptions {
  readonly stack: string;
  readonly traces?: string;
  readonly json: boolean;
}

/** `holdfast trace`: everything that happened for a saga, from the request to the rows of the read models. */
export function traceCommand(): Command {
  return new Command('trace')
    .argument('<saga>', 'workflow id or saga id of a saga, or the id of a trace')
    .option('--stack <folder>', 'state folder of a stack', '.holdfast')
    .option('--traces <folder>', 'folder of the trace files, where they are elsewhere')
    .option('--json', 'print one span a line, as a JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action((saga: string, options: TraceOptions) => trace(saga, options));
}

function trace(saga: string, { stack, traces, json }: TraceOptions): void {
  const folder = path.resolve(traces ?? tracesFolderOf(stack));
  if (!existsSync(folder)) {
    const fix = 'start a stack with npm start, or name the folder of HOLDFAST_TRACE_FILE: --traces';
    const message = `there are no trace files in ${folder}`;
    throw new CommandFailed('TRACES_UNKNOWN', message, exitCodes.failed, fix);
  }
  const found = findTraces(folder, saga);
  if (found === undefined) {
    const fix = 'holdfast sagas list shows sagas; spans of old ones are written over';
    const message = `no span of ${saga} is in ${folder}`;
    throw new CommandFailed('TRACE_UNKNOWN', message, exitCodes.notFound, fix);
  }
  const lines = json
    ? [...found.traces, ...found.linked].flatMap(({ spans }) =>
        spans.map((span) => JSON.stringify(span)),
      )
    : drawTraces(found);
  process.stdout.write(`${lines.join('\n')}\n`);
}
