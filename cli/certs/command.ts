import { Command, InvalidArgumentError } from 'commander';
import { certificateNames } from '../../stack/certificates';
import { recallReach } from '../../stack/recall';
import { renewCertificates } from '../../stack/renewal/renew';
import { certificateStatus } from '../../stack/renewal/status';
import { rolloverStatus } from '../../stack/rollover/status';
import type { RolloverStatus } from '../../stack/rollover/status';
import { findRunning } from '../../stack/running';
import { wholeNumber } from '../whole-number';
import { done, tell } from './answer';
import { authorityLines, renewalLines, statusLines } from './print';
import { rollover } from './rollover';

const help = `
The certificates of the stack in --state: one for each process, by which it is known everywhere. A running stack renews
them by itself when two thirds of their life are over; docs/certificates.md tells what follows a renewal, and how. The
authority that signs them lives for a year, and is replaced in the three stages of rollover.

Exit codes: 0 all is well, 1 one has ended, is due or is not the one that is shown, or the authority ends within 30
days, 2 wrong usage, 3 not done: no stack, or no authority.

Examples:
  holdfast certs status
  holdfast certs rotate
  holdfast certs rotate --name orders --minutes 60 --json
  holdfast certs rollover --help
`;

/** `holdfast certs …`: what the certificates of a stack are, and new ones. */
export function certsCommand(): Command {
  return new Command('certs')
    .addHelpText('after', help)
    .addCommand(status())
    .addCommand(rotate())
    .addCommand(rollover())
    .exitOverride();
}

interface CommonOptions {
  readonly state: string;
  readonly name?: readonly string[];
  readonly json: boolean;
}

function withCommon(command: Command, does: string): Command {
  return command
    .description(does)
    .option('--name <process>', 'only this certificate; may be repeated', named)
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride();
}

function named(text: string, known: readonly string[] = []): readonly string[] {
  if ((certificateNames as readonly string[]).includes(text)) return [...known, text];
  const all = certificateNames.join(', ');
  throw new InvalidArgumentError(`there is no certificate ${text}; there are ${all}.`);
}

function status(): Command {
  const does =
    'Show each certificate, how long it is good for, and whether it is the one that is shown.';
  return withCommon(new Command('status'), does).action(async (options: CommonOptions) => {
    const reach = await done(() => recallReach(options.state));
    const certificates = await certificateStatus(reach, options.name);
    // Where no authority can sign, the certificates are told all the same.
    const authority = await rolloverStatus(reach).catch(() => undefined);
    const isSound =
      isGoodForLong(authority) &&
      certificates.every(
        ({ state, listeners }) =>
          state === 'good' && listeners.every(({ shows }) => shows !== 'other'),
      );
    const lines = [...statusLines(certificates), ...authorityLines(authority)];
    tell(options, { certificates, authority, isSound }, lines);
  });
}

/** Days before the end of the authority from which somebody should replace it. */
const authorityDaysMin = 30;

function isGoodForLong(status: RolloverStatus | undefined): boolean {
  const signs = status?.authorities.find(({ is }) => is === 'signs');
  return signs !== undefined && signs.daysLeft >= authorityDaysMin;
}

interface RotateOptions extends CommonOptions {
  readonly minutes?: number;
}

const minutesMax = 60 * 24 * 365;

function rotate(): Command {
  const does =
    'Issue new certificates, make every server of the running stack read them, and look.';
  return withCommon(new Command('rotate'), does)
    .option(
      '--minutes <count>',
      'how long the new ones are good for; as the ones before',
      wholeNumber(minutesMax),
    )
    .action(async (options: RotateOptions) => {
      const renewal = await done(async () => {
        findRunning(options.state);
        return renewCertificates(recallReach(options.state), {
          ...(options.name === undefined ? {} : { names: options.name }),
          ...(options.minutes === undefined ? {} : { lifeMs: options.minutes * 60_000 }),
        });
      });
      const isSound = renewal.listeners.every(({ isNew, shown }) => isNew || shown === undefined);
      tell(options, { ...renewal, isSound }, renewalLines(renewal));
    });
}
