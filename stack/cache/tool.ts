import { spawn } from 'node:child_process';
import { lastLines } from '../children/log-tail';
import { StackError, diskFullOr } from '../errors';

export interface ToolRun {
  cwd?: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  /** What is being made, for the message. */
  subject: string;
  /** One line for a reader whose tool is missing or failed. */
  fix: string;
}

interface Outcome {
  code: number | null;
  output: string;
  spawnError?: NodeJS.ErrnoException;
}

function execute(command: string, args: string[], run: ToolRun): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: run.cwd,
      env: { ...process.env, ...run.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Node's own time limit keeps the process alive when the program does not exist.
    const limit = setTimeout(() => child.kill('SIGKILL'), run.timeoutMs ?? 600_000);
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-200_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = (outcome: Outcome): void => {
      clearTimeout(limit);
      resolve(outcome);
    };
    child.on('error', (error) => end({ code: null, output, spawnError: error }));
    child.on('close', (code) => end({ code, output }));
  });
}

/** Runs a client (pip, mvn, apt-get, npm) to its end and returns what it printed, both streams together. */
export async function runTool(command: string, args: string[], run: ToolRun): Promise<string> {
  const { code, output, spawnError } = await execute(command, args, run);
  if (spawnError?.code === 'ENOENT') {
    const cause = `\`${command}\` is not installed`;
    throw new StackError({ code: 'TOOL_MISSING', subject: run.subject, cause, fix: run.fix });
  }
  if (code === 0) return output;
  throw diskFullOr({
    code: 'PROVISION_FAILED',
    subject: run.subject,
    cause: spawnError?.message ?? `\`${command}\` ended with ${code ?? 'a signal'}`,
    logLines: lastLines(output),
    fix: run.fix,
  });
}

/** What a binary prints, however it then ends, or undefined when it cannot run or does not end. */
export async function probe(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const run = { subject: command, fix: '', env, timeoutMs: 20_000 };
  const { code, output } = await execute(command, args, run);
  return code === null ? undefined : output;
}
