import type { LockFile } from './bill';
import type { VersionsOf } from './advisories';

/** Versions of each package in a lock file, wherever it lies. */
export function lockedVersions(lockText: string): VersionsOf {
  const { packages } = JSON.parse(lockText) as LockFile;
  const entries = Object.entries(packages);
  return (name) =>
    entries
      .filter(([place]) => place.endsWith(`node_modules/${name}`))
      .map(([, { version = '' }]) => version);
}
