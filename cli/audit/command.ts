import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { unfinished } from '../command-error';
import { instant } from '../instant';
import { ownedServices } from '../owned-services';
import { processConfigs, sealedSteps, startIt } from '../process-access';
import { openAuditor } from '../../platform/audit/process';
import { openLedger } from '../../platform/audit/ledger/postgres';
import type { StoredLedger } from '../../platform/audit/ledger/postgres';
import { readLastLine, verifyReport } from '../../platform/audit/report';
import type { Config } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import type { Keyring } from '../../platform/security/keys/vault';
import { readRetired } from '../../platform/security/retired';
import { openWitness } from '../../projections/witness';
import { sagaAudits } from '../../workflows/audits';
import { lookAtAll, untilPassed } from './look';
import { auditLines, jsonOf, verdictOf } from './print';
import type { AuditAnswer } from './print';
import { watch } from './watch';

/** Exit codes of `holdfast audit`, the same for good. */
export const auditExitCodes = { clean: 0, violated: 1, usage: 2, undecided: 3 } as const;

const help = `
Shows what the auditor has found: is every event of every service in its log and in its read models, is every row the
fold of its events, do services and finished sagas keep their identities? Reads databases and log, and writes to the
auditor's own database alone.

Where an auditor is at work, its next pass is waited for. Where none is, this command does its work, from where it was
left, until every aggregate was looked at.

With HOLDFAST_NAME and the other variables of a process set, it runs as that process, which must be "auditor".
Otherwise as the auditor of the stack in --state.

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage, 3 not decided: something that is to be asked is away, or
what was written down about it is not the auditor's own.

Examples:
  holdfast audit
  holdfast audit --since 2026-11-26T20:00:00Z --json
  holdfast audit --verify-report
`;

interface CommandOptions {
  readonly since: Date;
  readonly watch: boolean;
  readonly verifyReport: boolean;
  readonly acknowledge?: string;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast audit`: what the auditor has found, or its work where it is away. */
export function auditCommand(): Command {
  return new Command('audit')
    .option('--since <time>', 'findings first seen since, RFC 3339', time, new Date(0))
    .option('--watch', 'go on, and tell each finding as it comes, until interrupted', false)
    .option('--verify-report', 'check the signed report from its first line', false)
    .option('--acknowledge <reason>', 'put every open finding aside; what is seen again reopens')
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(audit);
}

const time = (text: string): Date => new Date(instant(text));

async function audit(options: CommandOptions): Promise<void> {
  const config = processConfigs(options.state)('auditor');
  const keys = openKeyring(config, { log: silentLog });
  const ledger = openLedger(config, keys);
  try {
    await answer(options, config, { ledger, keys });
  } catch (error) {
    // Whatever was thrown has decided nothing, so it must not look like a violation.
    throw unfinished(error, auditExitCodes.undecided, nextSteps);
  } finally {
    await Promise.all([ledger.close(), keys.close()]);
  }
}

interface Opened {
  readonly ledger: StoredLedger;
  readonly keys: Keyring;
}

/** The report is checked, and findings are put aside, without keys. */
async function answer(options: CommandOptions, config: Config, { ledger, keys }: Opened) {
  if (options.verifyReport) return checkReport(ledger, config, options);
  if (options.acknowledge !== undefined) {
    const count = await ledger.acknowledge(options.acknowledge);
    process.stderr.write(`${count} findings were put aside.\n`);
    return;
  }
  await keys.ready();
  if (options.watch) return watch(ledger, options);
  const isAtWork = await untilPassed(ledger);
  const look = isAtWork ? await readLastLine(ledger, ...trustOf(config)) : await lookNow(config);
  const findings = await ledger.findings({ since: options.since, limitMax: 1_000 });
  const marks = await Promise.all(
    ownedServices.map(async ({ service: { name } }) => ({ name, mark: await ledger.mark(name) })),
  );
  const found: AuditAnswer = { ...look, findings, marks };
  if (options.json) process.stdout.write(`${jsonOf(found)}\n`);
  for (const line of auditLines(found)) process.stderr.write(`${line}\n`);
  process.exitCode = auditExitCodes[verdictOf(found)];
}

/** Nobody is at work: this process is the auditor, until it has seen everything. */
async function lookNow(config: Config): Promise<Pick<AuditAnswer, 'away'>> {
  const quiet = { ...config, HOLDFAST_LOG_LEVEL: 'silent' as const };
  const opened = openAuditor(quiet, {
    services: ownedServices.map(({ service }) => service),
    ...{ sagas: sagaAudits, openProjections: openWitness },
  });
  try {
    await Promise.all([opened.ledger.migrate(), opened.keysReady()]);
    return await lookAtAll(opened.ledger, opened.auditor);
  } finally {
    await opened.close();
  }
}

async function checkReport(ledger: StoredLedger, config: Config, { json }: CommandOptions) {
  const verdict = await verifyReport(ledger, ...trustOf(config));
  if (json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  const { lines, from = 'never', to = 'never', broken } = verdict;
  process.stderr.write(`report: ${lines} lines are in order, ${from} to ${to}.\n`);
  if (broken === undefined) return;
  process.stderr.write(`  line ${broken.number} is NOT: ${broken.problem}\n`);
  process.exitCode = auditExitCodes.violated;
}

/** By whom lines of the report may be signed. */
function trustOf({ HOLDFAST_CA_FILE: caFile }: Config) {
  return [readFileSync(caFile), readRetired(caFile)] as const;
}

/** What to do about what kept an audit from being made. */
const nextSteps: Readonly<Record<string, string>> = {
  AUDITOR_REPLACED: 'another auditor has taken over: run this again',
  ...sealedSteps,
  SCHEMA_OUTDATED: 'run holdfast migrate',
  STORE_UNAVAILABLE: startIt,
  AUDIT_UNFINISHED: 'run it again: it goes on where it was',
};
