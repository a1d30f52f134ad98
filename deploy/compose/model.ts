/** A member of a Compose file that this project uses; the full grammar is `deploy/schemas/compose-spec.json`. */
export type Yaml =
  null | boolean | number | string | readonly Yaml[] | { readonly [key: string]: Yaml };

/** One service of the Compose file. */
export type Service = Readonly<Record<string, Yaml>>;

/** Where a service mounts its own certificates, and nobody else's. */
export const certsMount = '/certs';

/** What every container gets: no privileges to gain, none to lose, nothing to write on. */
const hardened = {
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  read_only: true,
  tmpfs: ['/tmp'],
  restart: 'unless-stopped',
} satisfies Service;

/** A long-running container. What it asks for itself goes over what every container gets. */
export function server(settings: Service): Service {
  const network = 'network_mode' in settings ? {} : { networks: ['holdfast'] };
  return { ...hardened, ...network, ...settings };
}

/** A container that does one thing and ends; it is tried again while the servers it needs come up. */
export function oneShot(settings: Service): Service {
  return server({ restart: 'on-failure:20', ...settings });
}

/** The service's own folder of the volume with all certificates. */
export function certificatesOf(name: string): Yaml {
  return {
    type: 'volume',
    source: 'certificates',
    target: certsMount,
    read_only: true,
    volume: { subpath: name },
  };
}

/** A named volume for a server's state. */
export function stateIn(source: string, target: string): Yaml {
  return { type: 'volume', source, target };
}

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

/** What has to be true of other services first. */
export function after(conditions: Readonly<Record<string, Condition>>): Yaml {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, condition]) => [name, { condition }]),
  );
}

/** A health check that runs a command without a shell. */
export function healthy(...command: string[]): Yaml {
  return {
    test: ['CMD', ...command],
    interval: '5s',
    timeout: '5s',
    retries: 30,
    start_period: '10s',
  };
}

/** A health check by a line of shell. */
export function healthyShell(line: string): Yaml {
  return {
    test: ['CMD-SHELL', line],
    interval: '5s',
    timeout: '5s',
    retries: 30,
    start_period: '10s',
  };
}

/** The command line with a setting for each member: `--name value`. */
export function flags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
