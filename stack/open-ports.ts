import type { PortName } from './ports';

/** A listener of the embedded stack that answers a client without a certificate of ours. */
export interface OpenPort {
  /** Who listens: the name of the process in the state folder. */
  readonly process: string;
  /** Its place in the block of ports; `any` where the process takes whatever port is free. */
  readonly port: PortName | 'any';
  readonly answers: 'in the clear' | 'under TLS' | 'nobody';
  /** From where it can be reached; only from this machine unless told. */
  readonly reach?: 'everywhere';
  /** Why it is so, and what a deployment does instead. */
  readonly why: string;
}

/**
 * Every one there is. The scan of row S17 finds all listeners of a running stack and takes nothing else for open;
 * docs/security.md shows the same rows, and a test compares them.
 */
export const openPorts: readonly OpenPort[] = [
  {
    ...{ process: 'gateway', port: 'gateway', answers: 'under TLS' },
    why: 'People have tokens, not certificates. Its metrics ask for one',
  },
  {
    ...{ process: 'keycloak', port: 'keycloak', answers: 'under TLS' },
    why: 'People log in. It asks for a certificate, and gives services tokens for theirs alone',
  },
  {
    ...{ process: 'keycloak', port: 'any', answers: 'nobody' },
    why: 'By holding it, its transaction manager makes a number of its own. It takes no connection',
  },
  {
    ...{ process: 'temporal', port: 'temporalFrontend', answers: 'in the clear' },
    why: 'The development server has no TLS; ours stands in front. Run a cluster with mutual TLS',
  },
  {
    ...{ process: 'temporal', port: 'temporalHttp', answers: 'in the clear' },
    why: 'The same server over HTTP; it cannot be switched off. Run a cluster with mutual TLS',
  },
  {
    ...{ process: 'temporal', port: 'temporalUi', answers: 'in the clear' },
    why: 'The Web UI has no login here. Run the UI server with OIDC',
  },
  {
    ...{ process: 'temporal', port: 'temporalMetrics', answers: 'in the clear' },
    why: 'Read by Prometheus. A cluster has TLS here as well',
  },
  {
    ...{ process: 'temporal', port: 'any', answers: 'in the clear' },
    why: 'Inner services of the development server. A cluster has mutual TLS between them',
  },
  {
    ...{ process: 'dynamodb', port: 'dynamodbLocal', answers: 'in the clear', reach: 'everywhere' },
    why: 'DynamoDB Local has no TLS; ours stands in front. It binds to every address and can be told no other: close the port in the firewall, or use the real service',
  },
  {
    ...{ process: 'consul', port: 'consulSerf', answers: 'in the clear' },
    why: 'Gossip of one agent with itself. A cluster sets the gossip key',
  },
];
