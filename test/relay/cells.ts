/** What is done to a relay, or to its broker, while it works. */
export type CellKind = 'calm' | 'kill' | 'stop' | 'broker';

/** One fault, played on each store. */
export interface Cell {
  readonly name: string;
  readonly kind: CellKind;
  /** Crash point of the relay's process, for `kill` and `stop`. */
  readonly point?: string;
  /** Which of the visits of the point; a process visits it once for each slot. */
  readonly hit?: number;
  /** What happens to the broker. */
  readonly broker?: 'restarted' | 'killed' | 'suspended';
  /** Something is sent a second time, or the fault has hit nothing. */
  readonly leavesRepeats?: boolean;
  /** Only where the store has such a place. */
  readonly store?: StoreName;
}

export type StoreName = 'postgres' | 'mongodb' | 'dynamodb';

const points = [
  { point: 'relay.leased-not-connected', says: 'leased, not connected' },
  { point: 'relay.connected-not-confirmed', says: 'connected, lease not read again' },
  { point: 'relay.confirmed-not-read', says: 'lease read again, nothing done' },
  { point: 'relay.read-not-sent', says: 'between lease and send', hit: 2 },
  { point: 'relay.published-not-marked', says: 'sent, not marked', leavesRepeats: true },
  { point: 'relay.marked-not-counted', says: 'marked, not counted' },
] as const;

/**
 * Where a process that goes on later could still send or mark. Between lease and send it must have sent before: a
 * client that has yet to ask where a partition is finds its connection gone, and sends nothing.
 */
const stops = [
  { point: 'relay.connected-not-confirmed', says: 'connected, lease not read again' },
  { point: 'relay.read-not-sent', says: 'between lease and send', hit: 7, leavesRepeats: true },
  { point: 'relay.published-not-marked', says: 'sent, not marked', leavesRepeats: true },
] as const;

/** Every cell, the undisturbed run first: all others are compared with it. */
export const cells: readonly Cell[] = [
  { name: 'undisturbed', kind: 'calm' },
  ...points.map(({ says, ...at }) => ({ name: `killed: ${says}`, kind: 'kill' as const, ...at })),
  {
    ...{ name: 'killed: some marked', kind: 'kill', point: 'outbox.marked-some', hit: 2 },
    // On the other two a mark is one statement.
    store: 'dynamodb',
  },
  ...stops.map(({ says, ...at }) => ({
    ...{ name: `stopped beyond the lease: ${says}`, kind: 'stop' as const },
    ...at,
  })),
  { name: 'broker restarted', kind: 'broker', broker: 'restarted' },
  { name: 'broker killed', kind: 'broker', broker: 'killed' },
  { name: 'broker suspended for 12 s', kind: 'broker', broker: 'suspended' },
];
