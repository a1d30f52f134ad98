import type { ServerName } from '../../stack';
import type { PlatformProcess } from '../up/processes';

/** What can be done to a victim; what each means is in docs/chaos.md. */
export const faultKinds = ['kill', 'stop', 'freeze', 'restart', 'cut', 'crash'] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One process that can be hit. */
export interface Victim {
  /** Of the process, as its log and pid file are called. */
  readonly name: string;
  /** The server it is a part of; absent for a process of ours. */
  readonly server?: ServerName;
  /** The process in front of it: while that is stopped, nothing passes, and the server itself goes on. */
  readonly front?: string;
  readonly kinds: readonly FaultKind[];
  /** Usual time until it answers after it was started again, milliseconds; only the plan's clock uses it. */
  readonly startMs: number;
  /** Named crash points, `<name>[:label]`, and `/stop` behind those where it stops instead of dying. */
  readonly points?: readonly string[];
}

/** How often one deck of faults crashes a process that has so many points. */
const crashesMax = 2;

const always = ['kill', 'stop', 'freeze', 'restart'] as const;

function own(name: PlatformProcess, points: readonly string[] = []): Victim {
  const crashes = Math.min(points.length, crashesMax);
  const kinds = [...always, ...new Array<'crash'>(crashes).fill('crash')];
  return { name, kinds, startMs: 4_000, points };
}

const relayPoints = [
  'relay.published-not-marked',
  'relay.connected-not-confirmed',
  'relay.connected-not-confirmed/stop',
] as const;

const participantPoints = [
  ...['participant.received', 'participant.before-commit', 'participant.committed-not-answered'],
  ...['participant.before-commit/stop', 'participant.committed-not-answered/stop'],
  ...relayPoints,
] as const;

/** Only a store with an open transaction has a moment between its writes and its commit. */
const inTransaction = 'participant.written-not-committed';
const callingOut = ['participant.intent-committed', 'participant.called-not-concluded'] as const;

const processes: readonly Victim[] = [
  own('orchestrator', relayPoints),
  own('orders', [...participantPoints, inTransaction]),
  own('payments', [...participantPoints, inTransaction, ...callingOut]),
  own('inventory', participantPoints),
  own('projector', ['projector.applied-not-resolved']),
  own('auditor'),
  own('keys'),
  own('gateway'),
];

function server(name: ServerName, startMs: number, change: Partial<Victim> = {}): Victim {
  return { name, server: name, kinds: always, startMs, ...change };
}

const cuttable = [...always, 'cut'] as const;

const servers: readonly Victim[] = [
  server('postgres', 1_000),
  server('mongodb', 3_000),
  server('dynamodb', 4_000, { kinds: cuttable, front: 'dynamodb-tls' }),
  server('temporal', 3_000, { kinds: cuttable, front: 'temporal-tls' }),
  server('redis', 500, { kinds: ['kill', 'stop'] }),
  server('consul', 4_000, { kinds: ['kill', 'stop'] }),
  server('keycloak', 25_000, { kinds: ['kill', 'stop'] }),
  server('card-provider', 1_500, { kinds: ['kill', 'stop', 'freeze'] }),
];

/** Every process a storm hits, given the brokers there are; a relay lives in the process of its service. */
export function victimsOf(brokers: 1 | 3): readonly Victim[] {
  const names = brokers === 1 ? ['kafka'] : ['kafka-1', 'kafka-2', 'kafka-3'];
  return [...processes, ...names.map((name) => server('kafka', 7_000, { name })), ...servers];
}
