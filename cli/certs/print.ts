import type { Renewal } from '../../stack/renewal/renew';
import type { CertificateStatus } from '../../stack/renewal/status';
import type { StageReport } from '../../stack/rollover/rollover';
import type { ListenerSeen, Position } from '../../stack/rollover/stages';
import type { RolloverStatus } from '../../stack/rollover/status';

/** Minutes as a person says them. */
export function leftText(minutes: number): string {
  if (minutes < 0) return 'ended';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const row = (...[name = '', state = '', left = '', serial = '', rest = '']: string[]): string =>
  `${name.padEnd(14)} ${state.padEnd(8)} ${left.padEnd(8)} ${serial.padEnd(34)} ${rest}`.trimEnd();

/** A line for each certificate, and what its listeners show where that is another one. */
export function statusLines(certificates: readonly CertificateStatus[]): string[] {
  return [
    row('certificate', 'state', 'left', 'serial', 'shown by'),
    ...certificates.map(({ name, state, minutesLeft, serial, listeners }) => {
      const shown = listeners.map((one) => `${one.name}: ${one.shows}`).join(', ');
      return row(name, state, leftText(minutesLeft), serial, shown);
    }),
  ];
}

/** What each listener shows after a renewal. */
export function renewalLines({ names, listeners, notTold }: Renewal): string[] {
  const said = (shown: string | undefined, isNew: boolean): string =>
    shown === undefined ? 'away' : isNew ? 'new' : 'OLD';
  return [
    `${names.length} certificates issued`,
    ...Object.entries(notTold).map(([name, why]) => `${name} could not be told: ${why}`),
    ...listeners.map(({ listener, shown, isNew }) =>
      `${listener.padEnd(20)} ${said(shown, isNew).padEnd(5)} ${shown ?? ''}`.trimEnd(),
    ),
  ];
}

const nextSteps: Readonly<Record<Position, string>> = {
  settled: '',
  trust: 'next: holdfast certs rollover reissue',
  reissue: 'next: holdfast certs rollover retire',
};

const seenLine = ({ listener, shows, old, new: ofNew }: ListenerSeen): string =>
  shows === 'away'
    ? `${listener.padEnd(20)} away`
    : `${listener.padEnd(20)} shows ${shows.padEnd(5)} old ${old.padEnd(8)} new ${ofNew}`;

/** The authorities, and where a rollover stands. */
export function authorityLines(status: RolloverStatus | undefined): string[] {
  if (status === undefined) return ['', 'no authority is good for another two days'];
  const { position, authorities, listeners, behind } = status;
  return [
    '',
    ...authorities.map(({ is, fingerprint, daysLeft }) => {
      return `authority ${is.padEnd(5)} ${String(daysLeft).padStart(3)} days ${fingerprint}`;
    }),
    ...listeners.map(seenLine),
    ...(position === 'settled' ? [] : [`rollover: ${position}, ${placeOf(behind, position)}`]),
  ];
}

/** What a stage of the rollover has come to, and what is next. */
export function stageLines({ stage, position, listeners, behind, notTold }: StageReport): string[] {
  const said =
    behind.length === 0 ? nextSteps[position] : `again: holdfast certs rollover ${stage}`;
  return [
    ...listeners.map(seenLine),
    ...Object.entries(notTold).map(([name, why]) => `${name} could not be told: ${why}`),
    `${stage}: ${behind.length === 0 ? 'everywhere' : `not yet at ${behind.join(', ')}`}`,
    ...(said === '' ? [] : [said]),
  ];
}

const placeOf = (behind: readonly string[], position: Position): string =>
  behind.length === 0 ? `everywhere; ${nextSteps[position]}` : `not yet at ${behind.join(', ')}`;
