import { Command, InvalidArgumentError } from 'commander';
import { withGateway } from './connect';
import type { Gateway } from './connect';
import { CommandFailed, exitCodes } from './failure';
import { filterOf, filters } from './look';
import { json, standardOutput as out, table } from './print';

type Body = Record<string, unknown>;

const pollMs = 500;

function count(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('a number is expected.');
}

async function follow(gateway: Gateway, path: string): Promise<Body> {
  let told = '';
  for (;;) {
    const { body } = await gateway.ask(path);
    const line = `${String(body.state)}: ${String(body.accepted)} accepted, ${String(body.failed)} failed of ${String(body.total)}`;
    if (line !== told) process.stderr.write(`${line}\n`);
    told = line;
    if (body.state !== 'running') return body;
    await new Promise((resume) => setTimeout(resume, pollMs));
  }
}

interface BulkOptions extends Body {
  readonly reason: string;
  readonly rate: number;
  readonly expect?: number;
  readonly key?: string;
  readonly continueOnFailure: boolean;
}

async function bulk(gateway: Gateway, verb: string, options: BulkOptions, asJson: boolean) {
  const { reason, rate, expect, key, continueOnFailure } = options;
  const filter = filterOf(options);
  const request = {
    verb,
    filter,
    reason,
    ratePerSecond: rate,
    stopOnNewFailure: !continueOnFailure,
  };
  if (expect === undefined) {
    const { body } = await gateway.ask('/sagas/bulk', { body: { ...request, dryRun: true } });
    if (asJson) return json(out, body);
    const sample = body.sample as Body[];
    table(
      out,
      ['ID', 'BUSINESS KEY', 'STATE'],
      sample.map((one) => [one.workflowId, one.businessKey, one.state]),
    );
    process.stderr.write(
      `${String(body.count)} sagas; to do it, add: --expect ${String(body.count)}\n`,
    );
    return;
  }
  const { location } = await gateway.ask('/sagas/bulk', {
    body: { ...request, expectedCount: expect },
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  const body = await follow(gateway, String(location));
  if (asJson) json(out, body);
  else
    table(
      out,
      ['SAGA', 'CODE', 'WHY'],
      (body.failures as Body[]).map((one) => [one.saga, one.code, one.detail]),
    );
  if (body.state === 'done' && body.failed === 0) return;
  const why = body.stoppedBecause as Body | undefined;
  const message =
    why === undefined
      ? `${String(body.failed)} were not taken`
      : `${String(why.saga)}: ${String(why.detail)}`;
  const code = why === undefined ? 'BULK_INCOMPLETE' : String(why.code);
  const fix = 'look at these sagas with holdfast sagas explain, then run it again';
  throw new CommandFailed(code, message, exitCodes.failed, fix);
}

/** `holdfast sagas bulk`: a preview without `--expect`, the run with it. */
export function bulkCommand(): Command {
  const command = new Command('bulk')
    .description('Tell many sagas the same: first a preview, then with the previewed count.')
    .argument('<verb>', 'retry, skip, abort or cancel')
    .requiredOption('--reason <text>', 'why; kept in the journal of each');
  for (const [flags, text] of Object.entries(filters)) command.option(flags, text);
  return command
    .option('--rate <perSecond>', 'sagas in a second at most', count, 5)
    .option('--expect <count>', 'do it, if the filter finds exactly this many', count)
    .option('--continue-on-failure', 'go on when a saga parks again', false)
    .option('--key <key>', 'Idempotency-Key: the same again goes on where it was')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast sagas bulk retry --parked-reason CARRIER_AWAY --reason "it is back"\n',
    )
    .action((verb: string, options: BulkOptions, self: Command) =>
      withGateway(self, (gateway, told) => bulk(gateway, verb, options, told.json)),
    );
}

/** `holdfast sagas revoke`: takes back what was granted for a person, and cancels the open sagas. */
export function revokeCommand(): Command {
  return new Command('revoke')
    .description('Take back what sagas were granted for a person, and cancel the open ones.')
    .argument('<subject>', 'subject of the person, or the owner that lists show')
    .requiredOption('--reason <text>', 'why; kept in the journal')
    .option('--key <key>', 'Idempotency-Key: the same again tries what was left')
    .addHelpText('after', '\nExample:\n  holdfast sagas revoke 5f1c… --reason "left the company"\n')
    .action((subject: string, options: { reason: string; key?: string }, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { reason, key } = options;
        const { body } = await gateway.ask('/sagas/revocations', {
          body: { subject, reason },
          ...(key === undefined ? {} : { idempotencyKey: key }),
        });
        const left = body.left as Body[];
        if (told.json) json(out, body);
        else {
          const count = (body.cancelled as unknown[]).length;
          out.write(`revoked ${String(body.revokedAt)}; ${count} go back, ${left.length} do not\n`);
          table(
            out,
            ['SAGA', 'CODE', 'WHY'],
            left.map((one) => [one.saga, one.code, one.detail]),
          );
        }
      }),
    );
}

/** `holdfast sagas types`, `stop` and `resume`: which types may start. */
export function typeCommands(): Command[] {
  const list = new Command('types')
    .description('Types of sagas, and which of them are stopped.')
    .action((_options: unknown, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { body } = await gateway.ask('/saga-types');
        if (told.json) return json(out, body);
        const lines = (body.types as Body[]).map((one) => {
          return [
            one.name,
            one.stopped === true ? 'stopped' : 'open',
            one.reason,
            one.actor,
            one.since,
          ];
        });
        table(out, ['TYPE', 'STARTS', 'REASON', 'BY', 'SINCE'], lines);
      }),
    );
  const turn = (verb: 'stop' | 'resume', text: string): Command =>
    new Command(verb)
      .description(text)
      .argument('<type>')
      .requiredOption('--reason <text>', 'why; kept in the journal')
      .addHelpText(
        'after',
        `\nExample:\n  holdfast sagas ${verb} place-order --reason "ticket 4711"\n`,
      )
      .action((type: string, { reason }: { reason: string }, self: Command) =>
        withGateway(self, async (gateway, told) => {
          const path = `/saga-types/${encodeURIComponent(type)}/${verb}`;
          const { body } = await gateway.ask(path, { body: { reason } });
          if (told.json) json(out, body);
          else
            out.write(
              `${type}: ${body.stopped === true ? 'stopped; running ones go on' : 'open'}\n`,
            );
        }),
      );
  return [
    list,
    turn('stop', 'Start no more sagas of a type; running ones go on to their end.'),
    turn('resume', 'Let sagas of a type start again.'),
  ];
}
