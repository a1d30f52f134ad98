import { Command } from 'commander';
import type { Explanation } from '../../platform/saga/explain';
import { withGateway } from './connect';
import type { Gateway } from './connect';
import { CommandFailed } from './failure';
import { json, standardOutput as out, table } from './print';

type Body = Record<string, unknown>;

const rows = (value: unknown): Body[] => (Array.isArray(value) ? (value as Body[]) : []);

/** Path of a saga and what belongs to it. */
export function pathOf(id: string, below = ''): string {
  return `/sagas/${encodeURIComponent(id)}${below}`;
}

/** Options that find sagas, as the API has them. */
export const filters = {
  '--saga <name>': 'of this type',
  '--state <state>': 'running, compensating, parked, completed, compensated, cancelled',
  '--turned-back <code>': 'turned back for this reason',
  '--parked-reason <code>': 'parked with this reason',
  '--step <step>': 'parked at this step',
  '--owner <pseudonym>': 'started by this person',
  '--business-key <key>': 'of this business object, for example an order id',
  '--started-after <time>': 'started at this time or later',
  '--started-before <time>': 'started earlier than this',
  '--finished-after <time>': 'ended at this time or later',
  '--finished-before <time>': 'ended earlier than this',
} as const;

/** Members of the API's filter, by the option that gives them. */
const memberOf: Readonly<Record<string, string>> = {
  ...{ saga: 'saga', state: 'state', turnedBack: 'reason', parkedReason: 'parkedReason' },
  ...{ step: 'step', owner: 'owner', startedAfter: 'startedAfter', startedBefore: 'startedBefore' },
  ...{
    businessKey: 'businessKey',
    finishedAfter: 'finishedAfter',
    finishedBefore: 'finishedBefore',
  },
};

/** The filter that a command was given. */
export function filterOf(options: Body): Record<string, string> {
  const given = Object.entries(memberOf).flatMap(([option, member]) => {
    const value = options[option];
    return typeof value === 'string' ? [[member, value] as const] : [];
  });
  return Object.fromEntries(given);
}

/** `holdfast sagas list`. */
export function listCommand(): Command {
  const command = new Command('list').description('Sagas, newest first.');
  for (const [flags, text] of Object.entries(filters)) command.option(flags, text);
  return command
    .option('--limit <count>', 'how many at most, 1 to 100', '20')
    .option('--after <cursor>', '`next` of the part before')
    .addHelpText('after', '\nExample:\n  holdfast sagas list --state parked\n')
    .action((options: Body, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { limit, after } = options as { limit: string; after?: string };
        const asked = { ...filterOf(options), limit, ...(after === undefined ? {} : { after }) };
        const query = new URLSearchParams(asked).toString();
        const { body } = await gateway.ask(`/sagas?${query}`);
        if (told.json) return json(out, body);
        const heading = ['ID', 'STATE', 'BUSINESS KEY', 'PARKED AT', 'REASON', 'STARTED'];
        const lines = rows(body.sagas).map((saga) => {
          const [place] = rows(saga.parked);
          const reason = place?.reason ?? saga.reason;
          return [saga.id, saga.state, saga.businessKey, place?.step, reason, saga.startedAt];
        });
        table(out, heading, lines);
        const { next } = body;
        if (typeof next === 'string') process.stderr.write(`more: --after ${next}\n`);
      }),
    );
}

/** `holdfast sagas show`. */
export function showCommand(): Command {
  return new Command('show')
    .description('One saga with its steps.')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  holdfast sagas show place-order:5f1c…\n')
    .action((id: string, _options: unknown, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { body } = await gateway.ask(pathOf(id));
        if (told.json) return json(out, body);
        const { saga, businessKey, state, reason } = body;
        table(
          out,
          ['SAGA', 'BUSINESS KEY', 'STATE', 'REASON'],
          [[saga, businessKey, state, reason]],
        );
        const steps = rows(body.steps).map((step) => {
          return [step.name, step.status, step.participant, step.reason, step.startedAt];
        });
        table(out, ['STEP', 'STATUS', 'PARTICIPANT', 'REASON', 'STARTED'], steps);
        for (const { step, direction, condition, reason: why } of rows(body.parked)) {
          out.write(`parked: ${[step, direction, condition, why].map(String).join(', ')}\n`);
        }
      }),
    );
}

function explanationLines(told: Explanation): string[] {
  return [
    told.summary,
    ...told.steps.map(({ step, known, says }) => `  ${step}: ${known} (${says})`),
    ...told.awaiting.map((line) => `  ${line}`),
    ...told.parked.flatMap(({ step, why, checkFirst, options, optionsAreCertain }) => [
      `Parked at "${step}": ${why}`,
      ...checkFirst.map((line) => `  check first: ${line}`),
      ...(optionsAreCertain ? [] : ['  no worker could be asked; the saga may take fewer verbs:']),
      ...options.map(({ verb, does, consequence }) => `  ${verb}: ${does}; ${consequence}`),
    ]),
    ...(told.acts.length === 0 ? [] : ['Who acted:', ...told.acts.map((line) => `  ${line}`)]),
  ];
}

/** `holdfast sagas explain`. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('What happened, what is known of each step, and what each verb would do.')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  holdfast sagas explain place-order:5f1c…\n')
    .action((id: string, _options: unknown, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { body } = await gateway.ask(pathOf(id, '/explanation'));
        if (told.json) return json(out, body);
        out.write(`${explanationLines(body as unknown as Explanation).join('\n')}\n`);
      }),
    );
}

const ended: ReadonlySet<unknown> = new Set(['completed', 'compensated', 'cancelled']);
const watchEveryMs = 500;

/** Prints what changed since the last look; answers true at the end of the saga. */
async function look(gateway: Gateway, id: string, seen: Map<string, unknown>, asJson: boolean) {
  const { body } = await gateway.ask(pathOf(id));
  const parked = rows(body.parked).map((place) => [
    `parked ${String(place.step)}`,
    place.condition,
  ]);
  const steps = rows(body.steps).map(({ name, status }) => [`step ${String(name)}`, status]);
  for (const [what = '', now] of [...steps, ...parked, ['saga', body.state]]) {
    if (seen.get(String(what)) === now) continue;
    seen.set(String(what), now);
    const at = new Date().toISOString();
    if (asJson) json(out, { at, what, now });
    else out.write(`${at}\t${String(what)}\t${String(now)}\n`);
  }
  return ended.has(body.state);
}

/** `holdfast sagas watch`. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('Follow a saga: a line for each change, until it ends.')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  holdfast sagas watch place-order:5f1c…\n')
    .action((id: string, _options: unknown, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const seen = new Map<string, unknown>();
        for (;;) {
          const isOver = await look(gateway, id, seen, told.json).catch((error: unknown) => {
            // A part that is away for a moment ends no watch.
            if (error instanceof CommandFailed && error.exitCode === 1) return false;
            throw error;
          });
          if (isOver) return;
          await new Promise((resume) => setTimeout(resume, watchEveryMs));
        }
      }),
    );
}
