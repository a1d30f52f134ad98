import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { recallEnvironment, recallReach } from '../../stack/recall';
import { findRunning, processesOf } from '../../stack/running';
import { openSecrets } from '../../stack/secrets';
import { withTheatre } from '../verify/theatre';
import { notConfirmed } from '../command-error';
import { createApiClient, gatewayOf } from '../up/api-client';
import { carryOut } from './attack';
import type { Attack, AttackResult, AttackTarget } from './attack';
import { openForge } from './forge';
import { attackLines, attackPage, attackSummary } from './report';
import { attacks } from './rows';

interface CommandOptions {
  readonly row?: readonly string[];
  readonly list: boolean;
  readonly stack: 'own' | 'running';
  readonly state: string;
  readonly yes: boolean;
  readonly html?: string;
  readonly json: boolean;
}

const help = `
Each row is a requirement, attacked in every way it names: what was sent, what should come of it, what did.
It needs a stack on this machine, whose authority's key it uses to make certificates that nobody should believe.
It places orders, lets the realm sign with another key for half a minute, floods the gateway for as long, and registers
services in Consul that it takes away again.

Exit codes: 0 every row holds, 1 one does not or was not carried out, 2 wrong usage.

Examples:
  holdfast attack
  holdfast attack --row S2 --row S18
  holdfast attack --html attacks.html --json
  holdfast attack --stack running --yes
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `holdfast attack`: attacks a running stack, row by row, and shows what it answered. */
export function attackCommand(): Command {
  return new Command('attack')
    .option('--row <number>', 'only this row; may be repeated', collected)
    .option('--list', 'list the rows and attack nothing', false)
    .addOption(
      new Option('--stack <which>', 'a stack of its own, or the one that runs in --state')
        .choices(['own', 'running'])
        .default('own'),
    )
    .option('--state <folder>', 'of the running stack', '.holdfast')
    .option('--yes', 'yes, attack the running stack', false)
    .option('--html <file>', 'write a page with every try')
    .option('--json', 'end with one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(attack);
}

function collected(text: string, known: readonly string[] = []): readonly string[] {
  if (attacks.some(({ row }) => row === text)) return [...known, text];
  const rows = attacks.map(({ row }) => row).join(', ');
  throw new InvalidArgumentError(`there is no row ${text}; there are ${rows}.`);
}

async function attack(options: CommandOptions): Promise<void> {
  const chosen = attacks.filter(({ row }) => options.row?.includes(row) ?? true);
  if (options.list) return chosen.forEach(({ row, title }) => say(`${row.padEnd(6)} ${title}`));
  if (options.stack === 'own') {
    return withTheatre({ name: 'attack' }, ({ world: { stack } }) =>
      play(
        options,
        chosen,
        targetIn(stack.stateDir, (name) => stack.environmentFor(name)),
      ),
    );
  }
  if (!options.yes) {
    throw notConfirmed(
      `this attacks the stack in ${options.state}, places orders and changes the realm's key for a while`,
    );
  }
  // Says what to do where none runs.
  findRunning(options.state);
  const environmentFor = recallEnvironment(options.state);
  await play(options, chosen, targetIn(options.state, environmentFor));
}

/** The stack of a state folder as a target. Close its client afterwards. */
export function targetIn(
  stateDir: string,
  environmentFor: AttackTarget['environmentFor'],
): AttackTarget {
  const gateway = gatewayOf(environmentFor);
  return {
    ...{ stateDir, environmentFor, gatewayUrl: gateway.gatewayUrl, issuer: gateway.issuer },
    ca: readFileSync(gateway.caFile),
    api: createApiClient(gateway),
    secret: openSecrets(stateDir),
    ports: recallReach(stateDir).ports,
    processes: () => processesOf(stateDir),
    forge: openForge(stateDir),
  };
}

async function play(
  { html, json }: CommandOptions,
  chosen: readonly Attack[],
  target: AttackTarget,
): Promise<void> {
  const results: AttackResult[] = [];
  try {
    for (const one of chosen) {
      const result = await carryOut(one, target);
      results.push(result);
      attackLines(result).forEach(say);
    }
  } finally {
    await target.api.close();
  }
  const { line, counts } = attackSummary(results);
  say(line);
  if (html !== undefined) writeFileSync(html, attackPage(results));
  if (json) process.stdout.write(`${JSON.stringify({ counts, results })}\n`);
  if (counts.held < results.length) process.exitCode = 1;
}
