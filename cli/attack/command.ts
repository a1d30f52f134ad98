import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { recallEnvironment } from '../../stack/recall';
import { findRunning } from '../../stack/running';
import { withTheatre } from '../chaos/theatre';
import { createApiClient } from '../up/api-client';
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
It places one order.

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
    .description('Attack a running stack, row by row, and show what it answered.')
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
    return withTheatre({ name: 'attack' }, async ({ world, folder }) => {
      const stateDir = path.join(folder, 'state');
      const environmentFor = (name: string) => world.stack.environmentFor(name);
      await play(options, chosen, { ...world, stateDir, environmentFor });
    });
  }
  if (!options.yes) {
    const message = `this attacks the stack in ${options.state} and places an order on it; say --yes`;
    throw Object.assign(new Error(message), { code: 'NOT_CONFIRMED', exitCode: 2 });
  }
  const { certsDir } = findRunning(options.state);
  const environmentFor = recallEnvironment(options.state);
  const gateway = environmentFor('gateway');
  await play(options, chosen, {
    ...{ environmentFor, stateDir: options.state, caFile: path.join(certsDir, 'ca.crt') },
    gatewayUrl: `https://localhost:${gateway.HOLDFAST_HTTP_PORT}`,
    issuer: gateway.HOLDFAST_ISSUER ?? '',
  });
}

interface Place extends Pick<AttackTarget, 'gatewayUrl' | 'issuer' | 'environmentFor'> {
  readonly stateDir: string;
  readonly caFile: string;
}

/** What is attacked in a state folder. Close its client afterwards. */
export function targetIn({
  stateDir,
  caFile,
  gatewayUrl,
  issuer,
  environmentFor,
}: Place): AttackTarget {
  return {
    ...{ gatewayUrl, issuer, environmentFor, ca: readFileSync(caFile) },
    api: createApiClient({ gatewayUrl, issuer, caFile }),
    forge: openForge({
      certs: path.dirname(caFile),
      secrets: path.join(stateDir, 'authority'),
    }),
  };
}

async function play(
  { html, json }: CommandOptions,
  chosen: readonly Attack[],
  place: Place,
): Promise<void> {
  const target = targetIn(place);
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
