import { chmodSync, chownSync, copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { forServices } from '../activities/list';
import { ensureKekFile } from '../platform/keys/keks';
import { certificateLimits } from '../stack/authority';
import { openCertificates } from '../stack/certificates';

/** Who may read an identity's key: the user its container runs as. */
export const certificateOwners: Readonly<Record<string, number>> = {
  ...{ admin: 1000, gateway: 1000, orchestrator: 1000, projector: 1000, auditor: 1000 },
  ...{ ...forServices(() => 1000), dynamodb: 1000 },
  ...{ postgres: 999, 'temporal-store': 999, mongodb: 999, redis: 999 },
  ...{ 'kafka-1': 1000, 'kafka-2': 1000, 'kafka-3': 1000, keycloak: 1000 },
  ...{ temporal: 1000, 'temporal-ui': 1000, consul: 100, prometheus: 65_534, grafana: 472 },
  ...{ 'card-provider': 1000, keys: 1000 },
};

function handOut(from: string, to: string, name: string, owner: number): void {
  const folder = path.join(to, name);
  mkdirSync(folder, { recursive: true });
  const files = [['ca.crt', 0o444] as const, [`${name}.crt`, 0o444] as const];
  const keys = [[`${name}.key`, 0o400] as const, [`${name}.pem`, 0o400] as const];
  for (const [file, mode] of [...files, ...keys]) {
    const target = path.join(folder, file);
    copyFileSync(path.join(from, file), target);
    chmodSync(target, mode);
    chownSync(target, owner, owner);
  }
  chmodSync(folder, 0o500);
  chownSync(folder, owner, owner);
}

/**
 * Issues what is missing or due, and lays a folder for each identity that only its own container can read. Needs
 * the right to change owners; the authority's key stays in a volume that no other container mounts.
 */
export async function handOutCertificates(volumes: string): Promise<void> {
  // Nobody renews them while the containers run.
  const lifeMs = certificateLimits.leafMsWithoutRenewal;
  const certificates = await openCertificates(path.join(volumes, 'authority'), lifeMs);
  for (const [name, owner] of Object.entries(certificateOwners)) {
    await certificates.ensure(name);
    handOut(certificates.directory, path.join(volumes, 'certificates'), name, owner);
  }
  const kekFile = path.join(volumes, 'keys', 'kek');
  ensureKekFile(kekFile);
  chownSync(kekFile, 1000, 1000);
  for (const name of ['keys', 'realm', 'dynamodb', 'card-provider'])
    chownSync(path.join(volumes, name), 1000, 1000);
}
