import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { verbs } from '../../platform/saga/verbs';
import type { Verb } from '../../platform/saga/verbs';
import type { Explanation } from '../../platform/saga/explain';
import { withGateway } from './connect';
import type { Gateway } from './connect';
import { CommandFailed, exitCodes } from './failure';
import { pathOf } from './look';
import { json, standardOutput as out } from './print';

const texts: Readonly<Record<Verb, string>> = {
  cancel: 'Turn a saga back, before its point of no return.',
  retry: 'Try a parked step again.',
  'retry-with-input': 'Try a step that is parked forward again, with another input.',
  skip: 'Leave a parked step as it is and go on; never the pivot.',
  'mark-done-externally': 'Say that a person did, or reversed, the parked step by hand.',
  'resume-forward': 'Stop unwinding and go forward again.',
  abort: 'Give a parked step up and undo the saga.',
  pause: 'Start no further step and no further undo.',
  unpause: 'Let a paused saga go on.',
  deliver: 'Hand over what a saga waits for from outside.',
  decide: 'Approve or deny what a saga waits for.',
};

/** Verbs that cannot be taken back. */
const final: ReadonlySet<Verb> = new Set(['skip', 'mark-done-externally', 'abort']);
const withoutStep: ReadonlySet<Verb> = new Set(['cancel', 'pause', 'unpause']);

interface ActOptions {
  readonly reason: string;
  readonly step?: string;
  readonly input?: unknown;
  readonly approve?: boolean;
  readonly deny?: boolean;
  readonly key?: string;
  readonly yes?: boolean;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('JSON is expected, for example \'{"orderId":"o-1"}\'.');
  }
}

/** What would follow, in the words of the explanation; asks on a terminal and goes on in a pipe. */
async function confirm(gateway: Gateway, verb: Verb, id: string, step?: string): Promise<void> {
  if (!out.isTerminal || process.stdin.isTTY !== true) return;
  const { body } = await gateway.ask(pathOf(id, '/explanation'));
  const { parked } = body as unknown as Explanation;
  const place = step === undefined ? parked[0] : parked.find((one) => one.step === step);
  const option = place?.options.find((one) => one.verb === verb);
  if (place !== undefined) process.stderr.write(`${place.why}\n`);
  if (option !== undefined)
    process.stderr.write(`${verb}: ${option.does}; ${option.consequence}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Really ${verb}? Type yes: `);
  terminal.close();
  if (answer.trim() !== 'yes') {
    throw new CommandFailed('NOT_CONFIRMED', 'nothing was done', exitCodes.refused);
  }
}

function bodyOf(verb: Verb, { reason, step, input, approve, deny }: ActOptions): object {
  if (verb === 'decide' && approve === deny) {
    const fix = 'give either --approve or --deny';
    throw new CommandFailed('USAGE', 'a decision is missing', exitCodes.usage, fix);
  }
  return {
    reason,
    ...(step === undefined ? {} : { step }),
    ...(input === undefined ? {} : { input }),
    ...(verb === 'decide' ? { approved: approve === true } : {}),
  };
}

function actCommand(verb: Verb): Command {
  const command = new Command(verb)
    .description(texts[verb])
    .argument('<id>')
    .requiredOption('--reason <text>', 'why; kept in the journal')
    .option('--key <key>', 'Idempotency-Key: the same again changes nothing');
  if (!withoutStep.has(verb)) command.option('--step <step>', 'where several are meant');
  if (verb === 'retry-with-input')
    command.requiredOption('--input <json>', 'the whole new input', parsedJson);
  if (verb === 'mark-done-externally')
    command.option('--input <json>', 'what the step would have answered', parsedJson);
  if (verb === 'deliver') command.option('--input <json>', 'the data of the event', parsedJson);
  if (verb === 'decide') command.option('--approve').option('--deny');
  if (final.has(verb)) command.option('--yes', 'do not ask');
  const more = verb === 'decide' ? ' --approve --user pam' : '';
  const input = verb === 'retry-with-input' ? ' --input \'{"orderId":"o-1"}\'' : '';
  const example = `holdfast sagas ${verb} place-order:5f1c…${more}${input} --reason "ticket 4711"`;
  return command
    .addHelpText('after', `\nExample:\n  ${example}\n`)
    .action((id: string, options: ActOptions, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const body = bodyOf(verb, options);
        if (final.has(verb) && options.yes !== true) await confirm(gateway, verb, id, options.step);
        const { key } = options;
        const request = { body, ...(key === undefined ? {} : { idempotencyKey: key }) };
        const { body: answer } = await gateway.ask(pathOf(id, `/${verb}`), request);
        if (told.json) json(out, answer);
        else out.write(`${verb}: accepted; watch it with: holdfast sagas watch ${id}\n`);
      }),
    );
}

/** One command per verb. */
export function actCommands(): Command[] {
  return verbs.map(actCommand);
}
