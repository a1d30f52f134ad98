import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/runtime/paths';
import { secretVariables } from './env-secrets';

const file = path.join(projectRoot, '.env');
if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600 });
const text = readFileSync(file, 'utf8');
// What is there stays: volumes may hold what it names.
const missing = secretVariables.filter((name) => !new RegExp(`^${name}=`, 'm').test(text));
if (missing.length === 0) console.error('.env has every secret already, and is left as it is.');
else {
  const lines = missing.map((name) => `${name}=${randomUUID()}\n`);
  appendFileSync(file, (text === '' || text.endsWith('\n') ? '' : '\n') + lines.join(''));
  console.log(
    `.env has ${missing.length} more secrets of docker-compose.yml. Keep it out of the repository.`,
  );
}
