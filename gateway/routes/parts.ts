import type { Cache } from '../../platform/cache/cache';
import type { ServiceClient } from '../../platform/discovery/service-client';
import type { Registry } from 'prom-client';
import type { Log } from '../../platform/runtime/log';
import type { SagaContract } from '../../platform/saga/contract';
import type { SagaStart } from '../../platform/saga/wire';
import type { GrantMinter } from '../../platform/security/grants';
import type { SubjectKeys } from '../../platform/security/keys/subjects';
import type { SagaGrantMinter } from '../../platform/security/saga-grants';
import type { ReadModel } from '../read-model';
import type { SagaEngine } from '../sagas/engine';
import type { SagaFeed } from '../sagas/feed';
import type { RevocationEngine } from '../sagas/temporal-revocation';
import type { SagaSwitches } from '../sagas/switches';
import type { Logins } from '../codec/session';
import type { ConsoleSessions } from '../console/session';
import type { PayloadReading } from './codec';

/** What the routes work with; each part may be away, and says so by a problem. */
export interface GatewayParts {
  readonly catalog: readonly SagaContract[];
  readonly engine: SagaEngine & RevocationEngine;
  readonly readModel: ReadModel;
  /** Who follows which saga. */
  readonly feed: SagaFeed;
  /** Aborted when this process is about to stop. */
  readonly stopping: AbortSignal;
  readonly cache: Cache;
  /** Seals and opens what belongs to people. */
  readonly subjects: SubjectKeys;
  /** Signs what people tell sagas. */
  readonly grants: GrantMinter;
  /** Signs what sagas may do for whoever starts them. */
  readonly sagaGrants: SagaGrantMinter;
  /** Which types of sagas may start. */
  readonly switches: SagaSwitches;
  /** What Temporal's Web UI is given through us. */
  readonly payloads: PayloadReading;
  /** How operators log in for it. */
  readonly logins: Logins;
  /** Who is logged in to the console. */
  readonly consoleSessions: ConsoleSessions;
  /** Client of a service by name; throws for a service nobody declared. */
  service(name: string): ServiceClient;
  /** How messages of the sagas that are started here go. */
  readonly steps?: Pick<SagaStart, 'steps'>;
  /** Issuer of the tokens: part of every pseudonym. */
  readonly issuer: string;
  readonly log: Log;
  readonly registry: Registry;
}

/** What every operation of the gateway has in common: people call it. */
export const facingPeople = { callers: 'anyone' } as const;
