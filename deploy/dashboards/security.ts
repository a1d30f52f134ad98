import { metricNames as m } from '../../platform/runtime/metric-names';
import { rate } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

const people: readonly PanelSpec[] = [
  {
    title: 'Refused tokens',
    description: 'By reason. A sudden rise is an expired key, a wrong clock, or somebody trying.',
    unit: 'reqps',
    queries: { '{{process}}: {{reason}}': rate(m.authRejected, 'process, reason') },
    runbooks: ['tokens-refused'],
  },
  {
    title: 'Denied calls',
    description: 'By operation and rule: role, owner, or a peer that may not call at all.',
    unit: 'reqps',
    queries: { '{{operation}} ({{rule}})': rate(m.authzDenied, 'operation, rule') },
  },
  {
    title: 'Messages without a good grant',
    description: 'Of sagas, by code. Ended ones are slow sagas; invalid ones are nobody of ours.',
    unit: 'reqps',
    queries: { '{{process}}: {{code}}': rate(m.grantsRefused, 'process, code') },
  },
  {
    title: 'Payloads that people read',
    description: 'By outcome, per five minutes. Who it was stands in the log of the gateway.',
    unit: 'short',
    queries: { '{{outcome}}': `sum by (outcome) (increase(${m.codecDecodes}[5m]))` },
  },
];

const peers: readonly PanelSpec[] = [
  {
    title: 'Refused peers',
    description:
      'By reason: no certificate that we accept, or one that carries no identity of ours.',
    unit: 'reqps',
    queries: { '{{process}}: {{reason}}': rate(m.tlsPeerRejected, 'process, reason') },
    runbooks: ['peer-unidentified'],
  },
  {
    title: 'Instances that are somebody else',
    description:
      'In five minutes, by who called them and service: Consul named them, their certificates did not. Must be zero.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: {
      '{{process}}: {{service}}': `sum by (process, service) (increase(${m.servicePeersRefused}[5m]))`,
    },
    runbooks: ['registration-forged'],
  },
  {
    title: 'Certificates end in',
    description: 'By process. Below four hours, renewal has failed.',
    unit: 's',
    queries: { '{{process}}': `min by (process) (${m.certificateNotAfter} - time())` },
    runbooks: ['certificate-ends'],
  },
];

const keys: readonly PanelSpec[] = [
  {
    title: 'Age of the signing keys',
    description:
      'Since the auth server gave them, by process. They are read when a token needs it.',
    unit: 's',
    queries: { '{{process}}': `max by (process) (${m.jwksAge})` },
    runbooks: ['keys-stale', 'keys-end'],
  },
  {
    title: 'Questions for signing keys',
    description: 'By outcome.',
    unit: 'reqps',
    queries: { '{{process}}: {{outcome}}': rate(m.jwksReads, 'process, outcome') },
    runbooks: ['keys-stale'],
  },
  {
    title: 'Data keys were confirmed',
    description: 'Seconds ago, by purpose. After ten minutes nothing is sealed or opened.',
    unit: 's',
    thresholds: { warn: 180, bad: 600 },
    queries: { '{{process}}: {{purpose}}': `max by (process, purpose) (${m.keysAge})` },
    runbooks: ['keys-unconfirmed'],
  },
  {
    title: 'Age of the keys that seal',
    description: 'By purpose: when it was rotated last.',
    unit: 's',
    queries: { '{{purpose}}': `max by (purpose) (${m.keyAge})` },
  },
  {
    title: 'Data keys',
    description: 'By purpose and state. A retired one is given out no more.',
    ...{ kind: 'table', unit: 'none' },
    queries: { '{{purpose}}, {{state}}': `sum by (purpose, state) (${m.keysOfPurpose})` },
  },
  {
    title: 'Stored values that did not open',
    description: 'By purpose and reason. Must be zero, but for `key` in the minute of a rotation.',
    unit: 'reqps',
    queries: {
      '{{process}}: {{purpose}}, {{reason}}': rate(m.cryptoFailures, 'process, purpose, reason'),
    },
    runbooks: ['ciphertext-refused'],
  },
];

/** Who was turned away, whether certificates and keys are good, and what did not open. */
export const securityBoard: BoardSpec = {
  name: 'security',
  title: 'Holdfast: security',
  rows: [
    { title: 'People and grants', panels: people },
    { title: 'Peers and certificates', panels: peers },
    { title: 'Keys', panels: keys },
  ],
};
