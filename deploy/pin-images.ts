import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { digestsFile, imageVersions } from './compose/images';

/** Digest of an image's index, as its registry says; `undefined` where it cannot be asked. */
function digestOf(image: string): string | undefined {
  const { stdout } = spawnSync('docker', ['buildx', 'imagetools', 'inspect', image], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return /^Digest:\s+(sha256:[0-9a-f]{64})$/m.exec(stdout ?? '')?.[1];
}

/** `npm run compose:pin`: writes the digest of every image of other people; all of them, or nothing. */
function main(): number {
  const others = Object.values(imageVersions).filter((image) => !image.startsWith('holdfast:'));
  const digests: Record<string, string> = {};
  for (const image of others) {
    const digest = digestOf(image);
    if (digest === undefined) {
      process.stderr.write(
        `the registry of ${image} could not be asked; nothing was written\n` +
          '  next: run it where docker with buildx reaches the registries\n',
      );
      return 1;
    }
    digests[image] = digest;
  }
  writeFileSync(digestsFile, `${JSON.stringify(digests, null, 2)}\n`);
  process.stderr.write(`${others.length} images pinned; now: npm run compose:write\n`);
  return 0;
}

process.exitCode = main();
