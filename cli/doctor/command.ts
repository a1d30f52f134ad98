import { Command } from 'commander';
import { json as asJson, standardOutput, table } from '../sagas/print';
import type { Finding } from './finding';
import { lookAtMachine } from './machine';
import { lookAtProduction } from './production';
import { lookAtState } from './state';

const help = `
Looks whether this machine has what npm start needs, and at the stack in --state, if there is one. With --production it
asks the databases, Kafka, Temporal and the settings of a deployment whether they keep what they are given: copies,
flushes, retention, keys, lifetimes. It speaks to what the environment of a process names (HOLDFAST_NAME and the
others) and that may read their settings, or to the stack in --state, which is for development and does not pass.

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage.

Examples:
  holdfast doctor
  holdfast doctor --json | jq '.[] | select(.state != "fine")'
  env $(cat admin.env) holdfast doctor --production
`;

interface DoctorOptions {
  readonly production: boolean;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast doctor`: what is missing or unsafe, and the line that mends it. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .option('--production', 'look at a deployment instead of this machine', false)
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'print all findings as one JSON array', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(async ({ production, state, json }: DoctorOptions) => {
      const findings = production
        ? await lookAtProduction(state)
        : [...(await lookAtMachine(state)), ...(await lookAtState(state))];
      if (json) asJson(standardOutput, findings);
      else draw(findings);
      if (findings.some((one) => one.state === 'wrong')) process.exitCode = 1;
    });
}

function draw(findings: readonly Finding[]): void {
  const rows = findings.map(({ state, check, said, fix = '' }) => [state, check, said, fix]);
  table(standardOutput, ['', 'check', 'what was found', 'what to do'], rows);
}
