import type { KeyPurpose } from './vault';

/**
 * Which process may get the keys of which purposes: the one table there is. `participant` is each service with a
 * database of its own, `<own>` its name, `*` every service and the journal `sagas`. What is not listed is denied.
 */
export const keyAccess = {
  participant: ['store.<own>', 'events.<own>', 'temporal', 'grants'],
  /** Runs the sagas, keeps their journal, starts sagas by events of every service, and tells webhooks of their ends. */
  orchestrator: [
    ...(['store.sagas', 'events.*', 'letters', 'reactions', 'webhooks'] as const),
    ...(['temporal', 'grants'] as const),
  ],
  projector: ['events.*', 'read-models', 'letters'],
  gateway: ['temporal', 'grants', 'cache', 'read-models'],
  /** Reads everything it compares, and may write none of it; its own ledger nobody else opens. */
  auditor: ['events.*', 'store.*', 'read-models', 'audit'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Who seals and opens what belongs to a person: at the edge, so that everything behind it sees sealed texts. */
export const subjectAccess = ['gateway'] as const;

/** Who asks for the state of the keys, rotates, retires and forgets. */
export const keyOperators = ['admin'] as const;

/** Every purpose there is in a system of these services. */
export function purposesOf(services: readonly string[]): readonly KeyPurpose[] {
  const owners = [...services, 'sagas'];
  return [
    ...owners.map((name): KeyPurpose => `store.${name}`),
    ...owners.map((name): KeyPurpose => `events.${name}`),
    ...(['read-models', 'letters', 'reactions', 'webhooks', 'audit'] as const),
    ...(['cache', 'temporal', 'grants'] as const),
  ];
}

function rowOf(peer: string, services: readonly string[]): readonly string[] {
  if (services.includes(peer)) return keyAccess.participant;
  if (peer === 'participant' || !Object.hasOwn(keyAccess, peer)) return [];
  return keyAccess[peer as keyof typeof keyAccess];
}

/** The purposes whose keys a process may get; none for a name that is not in the table. */
export function purposesFor(peer: string, services: readonly string[]): readonly KeyPurpose[] {
  const row = rowOf(peer, services).map((text) => text.replace('<own>', peer));
  return purposesOf(services).filter((purpose) =>
    row.some((text) =>
      text.endsWith('.*') ? purpose.startsWith(text.slice(0, -1)) : text === purpose,
    ),
  );
}

/** Every process that may get some key. */
export function keyHolders(services: readonly string[]): readonly string[] {
  const named = Object.keys(keyAccess).filter((name) => name !== 'participant');
  return [...services, ...named];
}
