import type { ContractCommands } from '../kernel/contract';
import type { RecordedEvent } from '../kernel/decision';
import type { ServiceStore } from '../outbox/ports';
import { createParticipant } from '../participant/handle';
import type { StepParticipant } from '../participant/handle';
import type { Outside } from '../participant/outside/port';
import type { AggregateKind, OperationHandler, ServiceDefinition } from '../participant/service';
import type { ParticipantOptions } from '../participant/unit';
import type { Config } from '../runtime/config';
import type { Guard } from '../security/guard';
import type { Keyring, Vault } from '../security/keys/vault';
import type { OperationHandlers, Operations } from '../security/operations';
import { mountOperations } from '../security/rbac';
import type { GrantRefused, OpenSagaGrant } from './saga-grants';
import { identitiesOver } from './identity';
import type { AuditedAggregate, Identities, ServiceIdentities, Violation } from './identity';
import { withFaultsAsProblems } from './operations';

/** What an API is made of: the fenced participant for writing, the store for reading. */
export interface ApiParts<State> {
  readonly participant: StepParticipant;
  readonly store: Pick<ServiceStore<State>, 'readAggregate' | 'listAggregates'>;
}

/** A service's own HTTP API, ready to be mounted. */
export interface ServiceApi {
  mount(app: Parameters<typeof mountOperations>[0], guard: Guard): void;
}

/** Where a service finds the vault of its own purpose. */
export type Vaults = Pick<Keyring, 'vault'>;

/** Everything a service hands to the platform: one folder in `activities/`, one entry in its `index.ts`. */
export interface ServicePlan<
  State,
  Commands extends ContractCommands,
  Table extends Record<string, OperationHandler<State>>,
> {
  readonly definition: ServiceDefinition<State, Commands, Table>;
  /** Opens the service's own database, whose content `vault` seals; must not connect before the first call. */
  openStore(config: Config, vault: Vault): ServiceStore<State>;
  openApi(parts: ApiParts<State>): ServiceApi;
  /** What its API offers: who may use each of them is tried against the running process. */
  readonly operations: Operations;
  readonly identities: ServiceIdentities<State>;
  /** Opens what the service's commands call outside; must not connect before the first call. */
  openOutside?(config: Config): Outside;
  /** Compares aggregates with what the outside says of them; with the identity of the service's own process. */
  auditOutside?(
    config: Config,
    aggregates: readonly AuditedAggregate<State>[],
  ): Promise<readonly Violation[]>;
}

/** A service of this process: its store, its participant behind the fence, and its API. */
export interface OpenService {
  readonly store: ServiceStore<unknown>;
  readonly participant: StepParticipant;
  readonly api: ServiceApi;
  /** Closes the store, and what is outside of it. */
  close(): Promise<void>;
}

/** What a service's participant is built from beside its own parts. */
export interface OpenOptions extends Omit<ParticipantOptions<unknown>, 'definition' | 'store'> {
  /** Hears of messages that came without a good grant. */
  readonly grantRefused?: GrantRefused;
  /** Opens what a saga was granted; whoever opens a service to read it has no use for it. */
  readonly openGrant?: OpenSagaGrant;
}

/** A service whose precise types are its own business. */
export interface HostedService {
  /** Name in the contract: task queue, topic, certificate and registration carry it. */
  readonly name: string;
  /** Commands and undos of the contract, to name activities by. */
  readonly commands: ContractCommands;
  /** Sagas record of themselves here: such a message is no step, and stands on no grant. The journal's alone. */
  readonly keepsRecords?: boolean;
  /** What its history is made of, by kind. */
  readonly aggregates: Readonly<Record<string, AggregateKind>>;
  /** What its API offers. */
  readonly operations: Operations;
  /** The store needs the keys of `store.<name>` at its first use, not before: see `openSealedStore`. */
  openStore(config: Config, keys: Vaults): ServiceStore<unknown>;
  open(config: Config, keys: Vaults, options: OpenOptions): OpenService;
  /** The service's own fold; a state of another one is a mistake. */
  evolve(state: unknown, event: RecordedEvent): unknown;
  /** Audits aggregates of this service; states of another one are a mistake. */
  identities(...aggregates: Parameters<Identities<unknown>>): ReturnType<Identities<unknown>>;
  /** The same, asked of one aggregate at a time. */
  readonly identity: Required<ServiceIdentities<unknown>>;
  /** Audits aggregates of this service against the outside; nothing where the service calls none. */
  auditOutside(
    config: Config,
    aggregates: readonly AuditedAggregate<unknown>[],
  ): Promise<readonly Violation[]>;
}

/** Makes a service hostable: the types it is made of are checked here and forgotten afterwards. */
export function hostable<
  State,
  Commands extends ContractCommands,
  Table extends Record<string, OperationHandler<State>>,
>(plan: ServicePlan<State, Commands, Table>): HostedService {
  const { definition, identities } = plan;
  const { name, commands } = definition.participant.contract;
  const openStore = (config: Config, keys: Vaults) =>
    plan.openStore(config, keys.vault(`store.${name}`));
  return {
    name,
    commands,
    aggregates: definition.aggregates ?? {},
    operations: plan.operations,
    openStore,
    open(config, keys, options) {
      const store = openStore(config, keys);
      const outside = plan.openOutside?.(config);
      const asks = outside === undefined ? {} : { outside };
      const participant = createParticipant({ ...options, ...asks, definition, store });
      return {
        store,
        participant,
        api: plan.openApi({ participant, store }),
        close: async () => void (await Promise.all([store.close(), outside?.close()])),
      };
    },
    evolve: (state, event) => definition.evolve(state as State | undefined, event),
    identities: (aggregates) =>
      identitiesOver(identities)(aggregates as Parameters<Identities<State>>[0]),
    identity: {
      alone: (aggregate) => identities.alone(aggregate as AuditedAggregate<State>),
      weights: (aggregate) => identities.weights?.(aggregate as AuditedAggregate<State>) ?? [],
    },
    auditOutside: async (config, aggregates) =>
      (await plan.auditOutside?.(config, aggregates as readonly AuditedAggregate<State>[])) ?? [],
  };
}

/** An API from its table of operations and their handlers; faults become problems. */
export function serviceApi<Table extends Operations>(
  operations: Table,
  handlers: OperationHandlers<Table>,
): ServiceApi {
  const safe = withFaultsAsProblems(handlers);
  return { mount: (app, guard) => mountOperations(app, operations, safe, guard) };
}
