import { ownProcesses } from '../environment';
import { brokerPort, controllerPort } from '../servers/kafka/properties';
import type { Reach } from '../servers/server';

/** A port on which a process shows its certificate. */
export interface TlsListener {
  /** What is behind it, such as `kafka broker 1`. */
  readonly name: string;
  /** Whose certificate it shows. */
  readonly certificate: string;
  readonly port: number;
  /** PostgreSQL is asked for TLS in the clear first. */
  readonly asksFirst?: boolean;
}

/** Every TLS listener of a stack; what of it does not run refuses connections. */
export function listenersOf({ ports, brokers }: Pick<Reach, 'ports' | 'brokers'>): TlsListener[] {
  const one = (name: string, port: number): TlsListener => ({ name, certificate: name, port });
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  return [
    ...ownProcesses.map((name) => one(name, ports[name])),
    ...(
      ['temporal', 'mongodb', 'dynamodb', 'redis', 'consul', 'keycloak', 'prometheus'] as const
    ).map((name) => one(name, ports[name])),
    one('card-provider', ports.cardProvider),
    { ...one('postgres', ports.postgres), asksFirst: true },
    ...ids.flatMap((id) => [
      { ...one(`kafka broker ${id}`, ports[brokerPort(id)]), certificate: 'kafka' },
      { ...one(`kafka controller ${id}`, ports[controllerPort(id)]), certificate: 'kafka' },
    ]),
  ];
}
