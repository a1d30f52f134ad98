import type { Renewal } from '../../stack/renewal/renew';
import type { CertificateStatus } from '../../stack/renewal/status';

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
