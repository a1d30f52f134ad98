import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const sealing = 'platform/outbox/sealing.ts';
const sealState = 'sealState: (version, state) => seal(state, statePlace(version)),';
const openState = 'openState: (version, sealed) => open(sealed, statePlace(version)) as Json,';

/** Seals states for a smaller place, and opens those that were sealed before as ever. */
const sealedFor = (place: string) => [
  change(sealing, sealState, `sealState: ({ id, seq }, state) => seal(state, ${place}),`),
  change(
    sealing,
    openState,
    `openState: ({ id, seq }, sealed) => {
      try {
        return open(sealed, ${place}) as Json;
      } catch {
        return open(sealed, statePlace({ id, seq })) as Json;
      }
    },`,
  ),
];

/** Only one service: what it sealed so is not opened any more when the guard is back, and nobody else reads it. */
const processes = ['inventory'] as const;

/** Guards of what is kept in databases and in Temporal. */
export const storedMutations: readonly AttackMutation[] = [
  {
    row: 'S25',
    name: 'a value is authenticated before it is given out',
    gain: 'whoever writes to a database changes amounts bit by bit, without the key',
    changes: [
      change(
        'platform/security/keys/envelope.ts',
        'Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()])',
        'decipher.update(body.subarray(nonceBytes, -tagBytes))',
      ),
    ],
    processes,
    also: ['S26', 'S27'],
  },
  {
    row: 'S26',
    name: 'a value is sealed for its row',
    gain: 'whoever writes to a database gives one customer what another has',
    changes: sealedFor("['aggregates', String(seq).slice(0, 0) + id.slice(0, 0)]"),
    processes,
    also: ['S27'],
  },
  {
    row: 'S27',
    name: 'a value is sealed for its version',
    gain: 'whoever writes to a database sets an account back to before it was charged',
    changes: sealedFor("['aggregates', id, String(seq).slice(0, 0)]"),
    processes,
  },
  {
    row: 'S25',
    name: 'what is answered of a read model comes out of what is sealed',
    gain: 'whoever writes to its database shows customers and operators what he likes',
    changes: [
      change(
        'projections/rows/sealing.ts',
        'open: (row) => openAt(vault, row.sealed, placeOf(row), named(row)) as never,',
        `open: (row) => {
      try {
        return openAt(vault, row.sealed, placeOf(row), named(row)) as never;
      } catch {
        return { sagaId: row.key, observed: {}, parked: [], acts: [], ...row.listed } as never;
      }
    },`,
      ),
    ],
    processes: ['gateway'],
    also: ['S26', 'S27'],
  },
  {
    row: 'S33',
    name: 'a payload is sealed',
    gain: 'whoever reaches Temporal starts sagas without a key of ours',
    changes: [
      change(
        'platform/security/keys/temporal-payload.ts',
        `    throw new EnvelopeRefused('FORMAT');
  }
  const sealed`,
        `    return payload;
  }
  const sealed`,
      ),
    ],
    processes: ['orchestrator'],
  },
  {
    row: 'S34',
    name: 'a payload is for the workflow that the SDK names',
    gain: 'whoever reads a history tells one saga what another was told',
    changes: [
      change(
        'platform/security/keys/temporal-codec.ts',
        "import { openPayload, sealPayload } from './temporal-payload';",
        "import { openPayload, sealPayload, workflowOf } from './temporal-payload';",
      ),
      change(
        'platform/security/keys/temporal-codec.ts',
        'openPayload(payload, (id) => keys.byId(id), place)',
        `openPayload(payload, (id) => keys.byId(id), {
          ...place,
          workflowId: workflowOf(payload) ?? '',
        })`,
      ),
    ],
    processes: ['orchestrator'],
  },
  {
    row: 'S35',
    name: 'payloads are read by operators',
    gain: 'every customer reads what every saga was told',
    changes: [
      change(
        'gateway/routes/codec.ts',
        `    roles: ['operator'],
    // The Web UI`,
        `    roles: ['operator', 'customer'],
    // The Web UI`,
      ),
    ],
    processes: ['gateway'],
  },
];
