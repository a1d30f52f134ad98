import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** File of a stack's key-encryption keys: in a folder of its own, since the key store writes there. */
export function kekFileOf(stateDir: string): string {
  return path.join(stateDir, 'secrets', 'keys', 'kek');
}

/** Secrets of one stack, made at first use and kept with its state. */
export function openSecrets(stateDir: string): (name: string) => string {
  const directory = path.join(stateDir, 'secrets');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return (name) => {
    const file = path.join(directory, name);
    try {
      return readFileSync(file, 'utf8');
    } catch {
      const secret = randomUUID();
      writeFileSync(file, secret, { mode: 0o600 });
      return secret;
    }
  };
}
