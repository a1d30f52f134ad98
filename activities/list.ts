/** Databases a service can own. */
export type StoreKind = 'mongodb' | 'postgresql' | 'dynamodb';

/** A service, by the name that its contract, certificate, topic and registration carry, and the database it owns. */
interface ServiceLine {
  readonly name: string;
  readonly store: StoreKind;
}

/**
 * Every service, one line each: certificates, permissions, ports, processes, read models of sagas, and the files of
 * Compose and Kubernetes are made from this. A new one goes to the end, since ports follow the order.
 */
export const serviceList = [
  { name: 'orders', store: 'mongodb' },
  { name: 'payments', store: 'postgresql' },
  { name: 'inventory', store: 'dynamodb' },
] as const satisfies readonly ServiceLine[];

export type ServiceName = (typeof serviceList)[number]['name'];

export const serviceNames: readonly ServiceName[] = serviceList.map(({ name }) => name);

/** A value for each service. */
export function forServices<Value>(
  value: (name: ServiceName) => Value,
): Record<ServiceName, Value> {
  const entries = serviceNames.map((name) => [name, value(name)] as const);
  return Object.fromEntries(entries) as Record<ServiceName, Value>;
}

/** Names of the services that own such a database. */
export function servicesOn(kind: StoreKind): readonly ServiceName[] {
  return serviceList.filter(({ store }) => store === kind).map(({ name }) => name);
}
