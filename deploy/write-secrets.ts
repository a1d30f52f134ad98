import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';

/** What `docker-compose.yml` asks for by name. Consul wants its tokens to be UUIDs; the rest only has to be secret. */
const names = [
  'HOLDFAST_CONSUL_TOKEN',
  'HOLDFAST_CONSUL_MANAGEMENT_TOKEN',
  'HOLDFAST_KEYCLOAK_PASSWORD',
  'HOLDFAST_POSTGRES_PASSWORD',
  'HOLDFAST_GRAFANA_PASSWORD',
];

const file = path.join(projectRoot, '.env');
if (existsSync(file)) {
  console.error('.env exists already and is left as it is: volumes may hold what it names.');
} else {
  const lines = names.map((name) => `${name}=${randomUUID()}`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  console.log('.env now holds the secrets of docker-compose.yml. Keep it out of the repository.');
}
