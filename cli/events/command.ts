import { once } from 'node:events';
import { Command, Option } from 'commander';
import { eventTopic } from '../../platform/event-log/topics';
import { unfinished } from '../command-error';
import { instant } from '../instant';
import { linePrinter } from '../line-printer';
import { ownedServices } from '../owned-services';
import { groupPrefixOf, openLog, processConfigs, sealedSteps, startIt } from '../process-access';
import { wholeNumber } from '../whole-number';
import { followEvents, lastEvents } from '../../platform/event-log/finding/find';
import type { Found, Reading, Wanted } from '../../platform/event-log/finding/find';
import { eventJson, eventLines } from './print';

const help = `
Shows what the services have told the event log, oldest first, from its files as well where there are any. All events
of an aggregate are in one partition; those of a saga are looked for in the whole log, or in what is younger than
--since. What belongs to a person stays sealed.

Exit codes: 0 shown, 1 not: log away, or not allowed, 2 wrong usage.

Examples:
  holdfast events
  holdfast events order/my-first-order
  holdfast events --saga place-order:5f1c… --since 2026-11-26T20:00:00Z
  holdfast events --service payments --type payment. --follow
  holdfast events --json | jq -r .type
`;

const services = ownedServices.map(({ service }) => service.name);

interface EventsOptions {
  readonly service?: readonly string[];
  readonly saga?: string;
  readonly type?: string;
  readonly since?: number;
  readonly limit: number;
  readonly follow: boolean;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast events`: what is in the event log. */
export function eventsCommand(): Command {
  return new Command('events')
    .argument('[aggregate]', 'only its events: order/o-1, account/c-1, product/lamp')
    .addOption(new Option('--service <name...>', 'only what these have told').choices(services))
    .option('--saga <id>', 'only what was done for this saga: workflow id or saga id')
    .option('--type <beginning>', 'only types that begin so: payment. or order.opened')
    .option('--since <time>', 'only what reached the log later, RFC 3339', instant)
    .option('--limit <n>', 'the last so many', wholeNumber(1_000_000), 50)
    .option('--follow', 'go on with what comes, until Ctrl-C', false)
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'print one JSON object a line', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(events);
}

async function events(aggregateId: string | undefined, options: EventsOptions): Promise<void> {
  const { service = services, saga, type, since: sinceMs, limit, follow, json } = options;
  const config = processConfigs(options.state)('auditor');
  const eventLog = openLog(config, 'events');
  const line = linePrinter(process.stderr);
  let read = 0;
  const reading: Reading = {
    ...{ eventLog, groupPrefix: groupPrefixOf(config, 'events') },
    topics: service.map((name) => eventTopic(name, config.HOLDFAST_INSTANCE)),
    read: (records) => line.show(`${(read += records)} records read`),
  };
  const wanted: Wanted = { aggregateId, saga, type, sinceMs, limit };
  const show = (found: Found): void => {
    const lines = json ? [eventJson(found)] : eventLines(found);
    process.stdout.write(`${lines.join('\n')}\n`);
  };
  try {
    const { found, ends } = await lastEvents(reading, wanted);
    line.done();
    found.forEach(show);
    if (follow) await untilInterrupted(followEvents(reading, { ends, wanted, show }));
  } catch (error) {
    throw unfinished(error, 1, nextSteps);
  } finally {
    line.done();
    await eventLog.close();
  }
}

async function untilInterrupted(following: ReturnType<typeof followEvents>): Promise<void> {
  try {
    await Promise.race([following.failed, once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await following.stop();
  }
}

const nextSteps: Readonly<Record<string, string>> = {
  LOG_FORBIDDEN: 'run it as auditor, or as the stack of --state',
  LOG_TIMEOUT: startIt,
  LOG_UNAVAILABLE: startIt,
  ...sealedSteps,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: startIt,
};
