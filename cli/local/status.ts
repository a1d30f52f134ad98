import { Command } from 'commander';
import { z } from 'zod';
import { ownProcesses } from '../../stack/environment';
import { residentMb } from '../../stack/children/process-identity';
import { recallEnvironment } from '../../stack/recall';
import { findRunning, processesOf } from '../../stack/running';
import { json as asJson, standardOutput, table } from '../sagas/print';
import type { Output } from '../sagas/print';
import { createApiClient, gatewayOf } from '../up/api-client';

const help = `
Looks at the processes of the stack that runs in a state folder, and asks its gateway what people can do at this moment
(the same as GET /status).

Exit codes: 0 everything works, 1 no stack runs there, 2 wrong usage, 3 a process of ours is down, or something does
not work.

Examples:
  holdfast status
  holdfast status --json | jq .state
`;

/** The gateway may be the one that is in trouble. */
const answerMs = 5_000;

interface StatusOptions {
  readonly state: string;
  readonly json: boolean;
}

/** One process of the stack; `down` where one of ours is not there. */
export interface ProcessStatus {
  readonly name: string;
  readonly pid?: number;
  readonly memoryMb?: number;
  readonly url?: string;
}

const platformShape = z.object({
  state: z.enum(['works', 'degraded', 'away']),
  parts: z.array(z.object({ name: z.string(), state: z.string(), text: z.string() })),
});

export interface LocalStatus {
  /** `away` as well where the gateway does not answer. */
  readonly state: 'works' | 'degraded' | 'away';
  readonly processes: readonly ProcessStatus[];
  readonly parts: readonly {
    readonly name: string;
    readonly state: string;
    readonly text: string;
  }[];
}

/** `holdfast status`: what runs on this machine, and what people can do with it. */
export function statusCommand(): Command {
  return new Command('status')
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'print everything as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(async ({ state, json }: StatusOptions) => {
      const found = await statusOf(state);
      if (json) asJson(standardOutput, found);
      else draw(standardOutput, found);
      if (found.state !== 'works') process.exitCode = 3;
    });
}

/** Looks at the stack of a state folder. Throws STATE_MISMATCH where none runs. */
export async function statusOf(stateDir: string): Promise<LocalStatus> {
  findRunning(stateDir);
  const environmentFor = recallEnvironment(stateDir);
  const pids = new Map([...processesOf(stateDir)].map(([pid, name]) => [name, pid] as const));
  const names = [...new Set<string>([...ownProcesses, ...pids.keys()])];
  const isOwn = (name: string): boolean => (ownProcesses as readonly string[]).includes(name);
  const processes = names.map((name): ProcessStatus => {
    const pid = pids.get(name);
    const running = pid === undefined ? {} : { pid, memoryMb: residentMb(pid) };
    // Servers have other protocols, and a further instance a port that only its stack knows.
    if (!isOwn(name)) return { name, ...running };
    const { HOLDFAST_HTTP_PORT: port } = environmentFor(name);
    return { name, ...running, url: `https://localhost:${port}` };
  });
  const { state, parts } = await asked(environmentFor);
  const isWhole = processes.every(({ pid }) => pid !== undefined);
  return { state: state === 'works' && !isWhole ? 'degraded' : state, processes, parts };
}

async function asked(
  environmentFor: (name: string) => Readonly<Record<string, string>>,
): Promise<z.infer<typeof platformShape>> {
  const api = createApiClient(gatewayOf(environmentFor));
  try {
    const { body } = await api.call('/status', { timeoutMs: answerMs });
    return platformShape.parse(body);
  } catch {
    return {
      state: 'away',
      parts: [{ name: 'The gateway', state: 'away', text: 'It does not answer.' }],
    };
  } finally {
    await api.close();
  }
}

const headings = {
  works: 'Everything works',
  degraded: 'Some things do not work',
  away: 'Sagas can be neither started nor looked at',
} as const;

function draw(out: Output, { state, processes, parts }: LocalStatus): void {
  if (out.isTerminal) out.write(`${headings[state]}\n\n`);
  table(
    out,
    ['process', 'pid', 'MB', 'address'],
    processes.map(({ name, pid, memoryMb, url }) => [
      ...[name, pid ?? 'down', memoryMb ?? '', url ?? ''],
    ]),
  );
  if (out.isTerminal) out.write('\n');
  table(
    out,
    ['part', 'state', 'what it means'],
    parts.map(({ name, state: how, text }) => [name, how, text]),
  );
}
