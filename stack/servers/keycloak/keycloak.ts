import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { provideJava, smallJvm } from '../../provision/java';
import { provideKeycloak } from '../../provision/keycloak';
import { ask } from '../https-request';
import { realmFor } from './realm';
import type { Running, ServerContext, ServerDefinition } from '../server';
import { identityFiles, untilReady } from '../server';

interface Found {
  java: string;
  home: string;
  version: string;
}

/** What Keycloak's own start script opens for reflection. */
const opened = ['java.util', 'java.util.concurrent', 'java.security', 'java.lang'];

/** A home of its own that borrows everything but the data from the shared, read-only tree. */
function layOutHome(found: Found, context: ServerContext): string {
  const home = path.join(context.stateDir, 'keycloak');
  mkdirSync(path.join(home, 'data', 'import'), { recursive: true });
  for (const name of ['bin', 'conf', 'lib', 'providers', 'themes']) {
    const link = path.join(home, name);
    rmSync(link, { force: true });
    if (existsSync(path.join(found.home, name))) symlinkSync(path.join(found.home, name), link);
  }
  const realm = realmFor(`https://localhost:${context.ports.gateway}`);
  const file = path.join(home, 'data', 'import', 'holdfast-realm.json');
  writeFileSync(file, realm, { mode: 0o600 });
  return home;
}

/** It looks by itself whether there is another certificate, and refuses to look more often than this. */
const certificatesReadEverySeconds = 30;

/** The JVM directly instead of `kc.sh`: the script stays in between, and forces a collector of its own. */
function jvmArgs(home: string): string[] {
  const factory = 'io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory';
  return [
    ...['-Xms64m', '-Xmx256m', '-XX:MaxMetaspaceSize=256m', ...smallJvm],
    ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    `-Djava.util.concurrent.ForkJoinPool.common.threadFactory=${factory}`,
    `-Dkc.home.dir=${home}`,
    `-Djboss.server.config.dir=${path.join(home, 'conf')}`,
    '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
    '-Dpicocli.disable.closures=true',
    ...['-cp', path.join(home, 'lib', 'quarkus-run.jar')],
    'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
  ];
}

function serverArgs(context: ServerContext): string[] {
  const files = identityFiles(context.certsDir, 'keycloak');
  const { keycloak, keycloakManagement } = context.ports;
  return [
    ...['start', '--optimized', '--import-realm', `--hostname=https://localhost:${keycloak}`],
    ...[`--https-port=${keycloak}`, `--http-management-port=${keycloakManagement}`],
    ...[`--https-certificate-file=${files.crt}`, `--https-certificate-key-file=${files.key}`],
    // Whoever shows a certificate shows one of our authority.
    ...[`--https-trust-store-file=${files.ca}`, '--https-trust-store-type=PEM'],
    ...[`--https-certificates-reload-period=${certificatesReadEverySeconds}s`],
    ...['--http-host=127.0.0.1', '--cache=local', '--log-level=warn'],
  ];
}

async function start(found: Found, context: ServerContext): Promise<Running> {
  const home = layOutHome(found, context);
  const port = context.ports.keycloak;
  const child = context.spawn({
    name: 'keycloak',
    command: found.java,
    args: [...jvmArgs(home), ...serverArgs(context)],
    cwd: home,
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: context.secret('keycloak-admin-password'),
    },
  });
  const url = `https://localhost:${port}/realms/holdfast/.well-known/openid-configuration`;
  const answers = (): Promise<unknown> => ask(context, { url });
  await untilReady('keycloak', [child], answers);
  return { version: found.version, port, children: [child], ask: answers };
}

/** Keycloak with the realm imported. Browsers and curl come without a certificate; services get tokens with theirs. */
export const keycloak: ServerDefinition = {
  name: 'keycloak',
  ports: () => ['keycloak', 'keycloakManagement'],
  async provision(note) {
    const { binary: java } = await provideJava();
    const { home, version } = await provideKeycloak(java, note);
    return (context) => start({ java, home, version }, context);
  },
};
